import type { AggregateExpr, BinaryExpr, BinaryOperator, CallExpr, Expr, ParenExpr } from '../ast.ts'
import type { Matcher } from '../../labels/matcher.ts'
import { type PromqlFeatures, NO_FEATURES } from '../features.ts'
import { functionSignature } from '../functions/signatures.ts'
import { unquote } from '../lexer/strings.ts'
import { type Aggregator, isAggregator, type Token } from '../lexer/tokens.ts'
import { joinRanges } from '../position.ts'
import { parseBinaryModifiers, parseGroupingLabels } from './binary-modifiers.ts'
import { checkTypes } from './check-types.ts'
import { DurationParser, parseNumberToken } from './duration.ts'
import { parseAt, parseExtension, parseOffset } from './modifiers.ts'
import { parseVectorSelector } from './selector.ts'
import { TokenStream } from './token-stream.ts'

const PRECEDENCE: Partial<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '</': 3,
  '>/': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
}
const MULTIPLICATION = 5
const AGGREGATORS_WITH_PARAM: ReadonlySet<string> = new Set([
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
])

const AGGREGATION = { name: 'aggregation', expected: '' }
const RANGE = { name: 'subquery or range selector', expected: 'number, duration, step(), or range()' }
const AFTER_RANGE = { name: 'subquery or range', expected: '":" or "]"' }
const SUBQUERY_STEP = { name: 'subquery selector', expected: 'number, duration, step(), range(), or "]"' }
const AFTER_STEP = { name: 'subquery selector', expected: '"]"' }

/**
 * Parses and type-checks a query.
 * @throws PromqlParseError with Prometheus' message and position.
 */
export function parseExpr(query: string, features: PromqlFeatures = NO_FEATURES): Expr {
  const tokens = new TokenStream(query)
  if (tokens.at('eof')) tokens.fail({ start: 0, end: 0 }, 'no expression found in input')
  const expr = new ExprParser(tokens, features).parse(0)
  if (!tokens.at('eof')) tokens.unexpected()
  checkTypes(query, expr)
  return expr
}

/** A series selector, as in `match[]`. */
export function parseSelector(text: string): Matcher[] {
  const tokens = new TokenStream(text)
  const selector = parseVectorSelector(tokens)
  if (!tokens.at('eof')) tokens.unexpected()
  return selector.matchers
}

class ExprParser {
  readonly #tokens: TokenStream
  readonly #features: PromqlFeatures
  readonly #durations: DurationParser

  constructor(tokens: TokenStream, features: PromqlFeatures) {
    this.#tokens = tokens
    this.#features = features
    this.#durations = new DurationParser(tokens)
  }

  /** An expression whose operators all bind tighter than `minimum`. */
  parse(minimum: number): Expr {
    this.#tokens.descend()
    let left = this.#unary()
    for (let levels = 1; ; levels++) {
      const operator = this.#tokens.peek()
      const precedence = PRECEDENCE[operator.kind]
      if (precedence === undefined || precedence <= minimum) {
        this.#tokens.ascend(levels)
        return left
      }
      this.#tokens.descend()
      left = this.#binary(left, precedence)
    }
  }

  #binary(left: Expr, precedence: number): BinaryExpr {
    const operator = binaryOperator(this.#tokens.next())
    const { returnBool, matching } = parseBinaryModifiers(this.#tokens)
    const right = this.parse(operator === '^' ? precedence - 1 : precedence)
    const pos = joinRanges(left.pos, right.pos)
    const filled = matching.fill.left !== undefined || matching.fill.right !== undefined
    if (filled && !this.#features.fillModifiers) {
      this.#tokens.fail(pos, 'binop fill modifiers are experimental and not enabled')
    }
    return { kind: 'binary', pos, operator, left, right, returnBool, matching }
  }

  #unary(): Expr {
    const sign = this.#tokens.accept('-') ?? this.#tokens.accept('+')
    if (!sign) return this.#postfix(this.#primary())
    const expr = this.parse(MULTIPLICATION)
    const pos = joinRanges(sign, expr.pos)
    if (expr.kind === 'number') return { ...expr, pos, value: sign.kind === '-' ? -expr.value : expr.value }
    return { kind: 'unary', pos, operator: sign.kind === '-' ? '-' : '+', expr }
  }

  #postfix(operand: Expr): Expr {
    let expr = operand
    for (;;) {
      switch (this.#tokens.peek().kind) {
        case '[':
          this.#tokens.descend()
          expr = this.#range(expr)
          break
        case 'offset':
          parseOffset(this.#tokens, this.#durations, expr)
          break
        case '@':
          parseAt(this.#tokens, expr)
          break
        case 'anchored':
        case 'smoothed':
          parseExtension(this.#tokens, expr)
          break
        default:
          return expr
      }
    }
  }

  #primary(): Expr {
    const token = this.#tokens.peek()
    switch (token.kind) {
      case 'number':
      case 'duration':
        return parseNumberToken(this.#tokens, this.#tokens.next())
      case 'string':
        this.#tokens.next()
        return { kind: 'string', pos: { start: token.start, end: token.end }, value: unquote(token.text) }
      case '(':
        return this.#paren()
    }
    const follower = this.#tokens.peekSecond()
    if (isAggregator(token.kind) && (follower === '(' || follower === 'by' || follower === 'without')) {
      return this.#tokens.within(AGGREGATION, () => this.#aggregate())
    }
    if (follower === '(' && isCallable(token)) return this.#call()
    return parseVectorSelector(this.#tokens)
  }

  #paren(): ParenExpr {
    const open = this.#tokens.next()
    const expr = this.parse(0)
    const close = this.#tokens.expect(')')
    return { kind: 'paren', pos: joinRanges(open, close), expr }
  }

  #call(): CallExpr {
    const name = this.#tokens.next()
    const args = this.#args()
    const func = functionSignature(name.text)
    if (!func) this.#tokens.fail(name, `unknown function with name ${JSON.stringify(name.text)}`)
    if (func.experimental && !this.#features.experimentalFunctions) {
      this.#tokens.fail(name, `function ${JSON.stringify(name.text)} is not enabled`)
    }
    return { kind: 'call', pos: { start: name.start, end: this.#tokens.lastClosing }, func, args }
  }

  #args(): Expr[] {
    this.#tokens.expect('(')
    const args: Expr[] = []
    if (this.#tokens.accept(')')) return args
    for (;;) {
      args.push(this.parse(0))
      const comma = this.#tokens.accept(',')
      if (!comma) break
      if (this.#tokens.at(')')) this.#tokens.fail(comma, 'trailing commas not allowed in function call args')
    }
    this.#tokens.expect(')')
    return args
  }

  #aggregate(): AggregateExpr {
    const token = this.#tokens.next()
    const operator: Aggregator = isAggregator(token.kind) ? token.kind : this.#tokens.unexpected()
    const before = this.#grouping()
    const args = this.#args()
    const grouping = before ?? this.#grouping() ?? { labels: [], without: false }
    const pos = { start: token.start, end: this.#tokens.lastClosing }
    return this.#assembleAggregate(operator, pos, args, grouping)
  }

  #assembleAggregate(
    operator: Aggregator,
    pos: { start: number; end: number },
    args: Expr[],
    grouping: { labels: string[]; without: boolean },
  ): AggregateExpr {
    const withParam = AGGREGATORS_WITH_PARAM.has(operator)
    const expected = withParam ? 2 : 1
    if (args.length === 0) this.#tokens.fail(pos, 'no arguments for aggregate expression provided')
    if ((operator === 'limitk' || operator === 'limit_ratio') && !this.#features.experimentalFunctions) {
      const flag = '--enable-feature=promql-experimental-functions'
      this.#tokens.fail(pos, `${operator}() is experimental and must be enabled with ${flag}`)
    }
    const expr = args[expected - 1]
    if (args.length !== expected || !expr) {
      const counts = `expected ${expected}, got ${args.length}`
      this.#tokens.fail(pos, `wrong number of arguments for aggregate expression provided, ${counts}`)
    }
    const param = withParam ? args[0] : undefined
    return {
      kind: 'aggregate',
      pos,
      operator,
      expr,
      grouping: grouping.labels,
      without: grouping.without,
      ...(param && { param }),
    }
  }

  #grouping(): { labels: string[]; without: boolean } | undefined {
    const word = this.#tokens.accept('by') ?? this.#tokens.accept('without')
    return word && { labels: parseGroupingLabels(this.#tokens), without: word.kind === 'without' }
  }

  #range(expr: Expr): Expr {
    const open = this.#tokens.next()
    const range = this.#tokens.within(RANGE, () => this.#durations.positive())
    if (this.#tokens.accept(':')) return this.#subquery(expr, range)
    const close = this.#tokens.expect(']', AFTER_RANGE)
    const misplaced = joinRanges(open, close)
    if (expr.kind !== 'vectorSelector') this.#tokens.fail(misplaced, 'ranges only allowed for vector selectors')
    const { offset, at } = expr.modifiers
    if (offset && !(offset.kind === 'number' && offset.value === 0)) {
      this.#tokens.fail(misplaced, 'no offset modifiers allowed before range')
    }
    if (at) this.#tokens.fail(misplaced, 'no @ modifiers allowed before range')
    return { kind: 'matrixSelector', pos: joinRanges(expr.pos, close), vector: expr, range }
  }

  #subquery(expr: Expr, range: ReturnType<DurationParser['positive']>): Expr {
    const step = this.#tokens.at(']') ? undefined : this.#tokens.within(SUBQUERY_STEP, () => this.#durations.positive())
    const close = this.#tokens.expect(']', step ? AFTER_STEP : SUBQUERY_STEP)
    return { kind: 'subquery', pos: joinRanges(expr.pos, close), expr, range, modifiers: {}, ...(step && { step }) }
  }
}

function isCallable(token: Token): boolean {
  return ['identifier', 'start', 'end', 'step', 'range', 'max_of', 'min_of'].includes(token.kind)
}

function binaryOperator(token: Token): BinaryOperator {
  switch (token.kind) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
    case 'atan2':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '</':
    case '>/':
    case 'and':
    case 'or':
    case 'unless':
      return token.kind
    default:
      throw new Error(`${token.kind} is no binary operator`)
  }
}
