import type { StaticType } from './static.ts'

export type FieldOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | '='
  | '!='
  | '=~'
  | '!~'
  | '>'
  | '>='
  | '<'
  | '<='
  | '&&'
  | '||'
  // Not spelled in queries: chains of comparisons with one attribute are folded into these.
  | 'IN'
  | 'NOT IN'
  | 'MATCH ANY'
  | 'MATCH NONE'

export type UnaryOperator = '-' | '!' | 'exists' | 'not exists'

export type SpansetOperator =
  | '&&'
  | '||'
  | '>'
  | '<'
  | '>>'
  | '<<'
  | '~'
  | '!>'
  | '!<'
  | '!>>'
  | '!<<'
  | '!~'
  | '&>'
  | '&<'
  | '&>>'
  | '&<<'
  | '&~'

export type ComparisonOperator = '=' | '!=' | '>' | '>=' | '<' | '<='
export type ArithmeticOperator = '+' | '-' | '*' | '/'

/** What an expression can be before data is seen: a static's type, or an attribute's, known per span only. */
export type ImpliedType = StaticType | 'attribute' | 'spanset'

const booleanOperators = new Set('&& || = != =~ !~ > >= < <= IN,NOT IN,MATCH ANY,MATCH NONE'.split(/[ ,]/))
export function isBooleanOperator(operator: string): boolean {
  return operator.includes(' ') || booleanOperators.has(operator)
}

const equality = ['=', '!=', 'IN', 'NOT IN']
const order = ['>', '>=', '<', '<=']
const allowed: Record<string, ReadonlySet<string>> = {
  boolean: new Set(['&&', '||', ...equality]),
  number: new Set(['+', '-', '*', '/', '%', '^', ...order, ...equality]),
  string: new Set(['=~', '!~', 'MATCH ANY', 'MATCH NONE', ...order, ...equality]),
  other: new Set(['=', '!=']),
}
const classOf: Partial<Record<ImpliedType, string>> = {
  boolean: 'boolean',
  'boolean[]': 'boolean',
  int: 'number',
  'int[]': 'number',
  float: 'number',
  'float[]': 'number',
  duration: 'number',
  string: 'string',
  'string[]': 'string',
  nil: 'other',
  status: 'other',
  kind: 'other',
}

/** Whether the operator exists for operands of these types. */
export function operatorAllows(operator: string, left: ImpliedType, right: ImpliedType): boolean {
  return allows(operator, left) && allows(operator, right)
}

function allows(operator: string, type: ImpliedType): boolean {
  return type === 'attribute' || allowed[classOf[type] ?? '']?.has(operator) === true
}

const elementOf: Partial<Record<ImpliedType, ImpliedType>> = {
  'int[]': 'int',
  'float[]': 'float',
  'string[]': 'string',
  'boolean[]': 'boolean',
}

/** Whether two types can stand on the two sides of an operator at all. */
export function typesMatch(left: ImpliedType, right: ImpliedType): boolean {
  if (left === right || left === 'attribute' || right === 'attribute') return true
  if (classOf[left] === 'number' && classOf[right] === 'number' && !isArray(left) && !isArray(right)) return true
  return left === 'nil' || right === 'nil' || arrayElementMatches(left, right)
}

/** Whether one is an array whose elements compare with the other. */
export function arrayElementMatches(left: ImpliedType, right: ImpliedType): boolean {
  const leftElement = elementOf[left]
  if (leftElement !== undefined) return typesMatch(leftElement, right)
  const rightElement = elementOf[right]
  return rightElement !== undefined && typesMatch(rightElement, left)
}

function isArray(type: ImpliedType): boolean {
  return elementOf[type] !== undefined
}
