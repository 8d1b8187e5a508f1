import type { Matcher } from '../labels/matcher.ts'
import type { Aggregator } from './lexer/tokens.ts'
import type { PosRange } from './position.ts'
import type { FunctionSignature } from './functions/signatures.ts'

/** The typed syntax tree. Every node knows where it stands in the query; nothing is resolved against a time yet. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | SubqueryExpr
  | CallExpr
  | AggregateExpr
  | BinaryExpr
  | UnaryExpr
  | ParenExpr

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string'

export type NumberLiteral = { kind: 'number'; pos: PosRange; value: number; isDuration?: boolean }
export type StringLiteral = { kind: 'string'; pos: PosRange; value: string }

/** A time that may be computed (experimental duration expressions). Values are seconds. */
export type DurationExpr = NumberLiteral | DurationOperation
export type DurationOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'step' | 'range' | 'min_of' | 'max_of'
export type DurationOperation = {
  kind: 'duration'
  pos: PosRange
  operator: DurationOperator
  left?: DurationExpr
  right?: DurationExpr
  wrapped: boolean
}

export type AtModifier = { kind: 'time'; timestampMs: number } | { kind: 'start' } | { kind: 'end' }

/** What `offset` and `@` say; shared by selectors and subqueries. */
export type TimeModifiers = { offset?: DurationExpr; at?: AtModifier }

export type VectorSelector = {
  kind: 'vectorSelector'
  pos: PosRange
  name: string
  /** Includes the matcher that `name` stands for, last. */
  matchers: Matcher[]
  modifiers: TimeModifiers
  /** Experimental extended range selectors. */
  extension?: 'anchored' | 'smoothed'
  /** Label selectors of info() may match everything. */
  allowEmpty?: boolean
}

export type MatrixSelector = { kind: 'matrixSelector'; pos: PosRange; vector: VectorSelector; range: DurationExpr }

export type SubqueryExpr = {
  kind: 'subquery'
  pos: PosRange
  expr: Expr
  range: DurationExpr
  step?: DurationExpr
  modifiers: TimeModifiers
}

export type CallExpr = { kind: 'call'; pos: PosRange; func: FunctionSignature; args: Expr[] }

export type AggregateExpr = {
  kind: 'aggregate'
  pos: PosRange
  operator: Aggregator
  expr: Expr
  param?: Expr
  grouping: string[]
  without: boolean
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'atan2'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '</'
  | '>/'
  | 'and'
  | 'or'
  | 'unless'

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many'

export type VectorMatching = {
  cardinality: Cardinality
  on: boolean
  labels: string[]
  /** Labels of the "one" side to copy: group_left(...) / group_right(...). */
  include: string[]
  fill: { left?: number; right?: number }
}

export type BinaryExpr = {
  kind: 'binary'
  pos: PosRange
  operator: BinaryOperator
  left: Expr
  right: Expr
  returnBool: boolean
  /** Absent unless both sides are vectors. */
  matching?: VectorMatching
}

export type UnaryExpr = { kind: 'unary'; pos: PosRange; operator: '+' | '-'; expr: Expr }
export type ParenExpr = { kind: 'paren'; pos: PosRange; expr: Expr }

export function valueType(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'vectorSelector':
    case 'aggregate':
      return 'vector'
    case 'matrixSelector':
    case 'subquery':
      return 'matrix'
    case 'call':
      return expr.func.returns
    case 'binary':
      return valueType(expr.left) === 'scalar' && valueType(expr.right) === 'scalar' ? 'scalar' : 'vector'
    case 'unary':
    case 'paren':
      return valueType(expr.expr)
  }
}

/** What the documentation calls a type, used in messages. */
export function documentedType(type: ValueType): string {
  return type === 'vector' ? 'instant vector' : type === 'matrix' ? 'range vector' : type
}

export function isComparison(operator: BinaryOperator): boolean {
  return ['==', '!=', '<', '<=', '>', '>='].includes(operator)
}

export function isSetOperator(operator: BinaryOperator): operator is 'and' | 'or' | 'unless' {
  return operator === 'and' || operator === 'or' || operator === 'unless'
}
