// Field expressions: what stands between braces, in `by()` and in aggregates.
import { bareIntrinsics, intrinsicAttribute, scopedAttribute, scopedIntrinsics } from './attribute.ts'
import { binary, unary } from './build.ts'
import { staticFalse } from './static.ts'
import type { Attribute } from './attribute.ts'
import type { FieldExpression } from './ast.ts'
import type { FieldOperator } from './operator.ts'
import type { KindName, Static, StatusName } from './static.ts'
import type { TokenCursor } from './token-cursor.ts'

// Tempo gives `&&` and `||` the same precedence.
const precedences: Record<string, number> = {
  '&&': 1,
  '||': 1,
  '=': 2,
  '!=': 2,
  '<': 2,
  '<=': 2,
  '>': 2,
  '>=': 2,
  '=~': 2,
  '!~': 2,
  '+': 3,
  '-': 3,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
}
const additive = 3
const negation = 4

export function parseField(cursor: TokenCursor): FieldExpression {
  return cursor.remember('field', () => parseOperators(cursor, 0))
}

function parseOperators(cursor: TokenCursor, minimum: number): FieldExpression {
  let left = cursor.nested(() => parsePrefix(cursor))
  for (;;) {
    const operator = cursor.peekSymbol()
    const precedence = operator === undefined ? undefined : precedences[operator]
    if (operator === undefined || precedence === undefined || precedence < minimum) {
      return left
    }
    cursor.take()
    if (operator === '=' || operator === '!=') {
      const exists = acceptNil(cursor, operator)
      if (exists !== undefined) {
        left = unary(exists, left)
        continue
      }
    }
    const right = parseOperators(cursor, operator === '^' ? precedence : precedence + 1)
    left = binary(operator as FieldOperator, left, right) // the keys of `precedences` are field operators
  }
}

function acceptNil(cursor: TokenCursor, operator: '=' | '!='): 'exists' | 'not exists' | undefined {
  if (cursor.accept('nil') === undefined) return undefined
  return operator === '=' ? 'not exists' : 'exists'
}

function parsePrefix(cursor: TokenCursor): FieldExpression {
  if (cursor.accept('(') !== undefined) {
    const inner = parseOperators(cursor, 0)
    cursor.expect(')')
    return inner
  }
  if (cursor.accept('-') !== undefined) return unary('-', parseOperators(cursor, additive + 1))
  if (cursor.accept('!') !== undefined) return unary('!', parseOperators(cursor, negation + 1))
  if (cursor.accept('nil') !== undefined) return parseAfterNil(cursor)
  const value = acceptStatic(cursor)
  if (value !== undefined) return { kind: 'static', value }
  return { kind: 'attribute', attribute: parseAttribute(cursor) }
}

function parseAfterNil(cursor: TokenCursor): FieldExpression {
  const operator = cursor.accept('=', '!=')
  if (operator === undefined) cursor.fail()
  if (cursor.accept('nil') !== undefined) return { kind: 'static', value: staticFalse }
  return unary(operator === '=' ? 'not exists' : 'exists', parseOperators(cursor, additive))
}

export function parseAttribute(cursor: TokenCursor): Attribute {
  const token = cursor.current
  if (token.type === 'attribute') {
    cursor.take()
    const attribute = scopedAttribute(token.scope ?? 'none', token.text)
    return token.parent === true ? { ...attribute, parent: true } : attribute
  }
  const symbol = cursor.peekSymbol() ?? ''
  const bare = bareIntrinsics.get(symbol)
  if (bare !== undefined) {
    cursor.take()
    return intrinsicAttribute(bare)
  }
  const scope = scopedIntrinsics.get(symbol)
  if (scope === undefined) {
    if (token.type === 'identifier') cursor.failBecause(`unknown identifier: ${token.text}`)
    cursor.fail('an attribute', 'an intrinsic', 'a value')
  }
  cursor.take()
  const intrinsic = scope.get(cursor.peekSymbol() ?? '')
  if (intrinsic === undefined) cursor.fail(...scope.keys())
  cursor.take()
  return intrinsicAttribute(intrinsic)
}

export function parseAttributeList(cursor: TokenCursor): Attribute[] {
  cursor.expect('(')
  const attributes = [parseAttribute(cursor)]
  while (cursor.accept(',') !== undefined) attributes.push(parseAttribute(cursor))
  cursor.expect(')')
  return attributes
}

const statuses = new Set(['ok', 'error', 'unset'])
const kinds = new Set(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'])
const namedInts: Record<string, bigint> = { minInt: -(2n ** 63n), maxInt: 2n ** 63n - 1n }

/** A literal, if one stands here. */
export function acceptStatic(cursor: TokenCursor): Static | undefined {
  const token = cursor.current
  const value = staticOf(token.type, token.text, token.value)
  if (value !== undefined) cursor.take()
  return value
}

function staticOf(type: string, text: string, value: number | bigint): Static | undefined {
  if (type === 'string') return { type, value: text }
  if (type === 'integer') return { type: 'int', value }
  if (type === 'float' || type === 'duration') return { type, value: Number(value) }
  if (type === 'identifier' && namedInts[text] !== undefined) return { type: 'int', value: namedInts[text] }
  if (type !== 'symbol') return undefined
  if (text === 'true' || text === 'false') return { type: 'boolean', value: text === 'true' }
  // The sets hold exactly the names.
  if (statuses.has(text)) return { type: 'status', value: text as StatusName }
  if (kinds.has(text)) return { type: 'kind', value: text as KindName }
  return undefined
}
