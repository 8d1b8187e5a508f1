// The typed syntax tree. The parser builds it, check.ts accepts or refuses it, and everything else only reads it.
import type { DurationNs } from './duration.ts'
import type { Position } from './parse-error.ts'
import type { RangeOperation, VectorOperation } from './token.ts'

export type MatcherOperation = '=' | '!=' | '=~' | '!~'

export interface LabelMatcher {
  readonly name: string
  readonly operation: MatcherOperation
  readonly value: string
}

export interface LogExpr {
  readonly kind: 'log'
  readonly matchers: readonly LabelMatcher[]
  readonly stages: readonly StageExpr[]
  readonly at: Position
}

export type LineFilterOperation = '|=' | '!=' | '|~' | '!~' | '|>' | '!>'

export interface LineFilterTerm {
  readonly text: string
  /** The text is an address, range or network for `ip(...)`. */
  readonly isIp: boolean
}

/** `|= "a" or "b"`: a line passes if any term matches; with a negated operation, if none does. */
export interface LineFilterExpr {
  readonly kind: 'line-filter'
  readonly operation: LineFilterOperation
  readonly terms: readonly LineFilterTerm[]
}

export interface LabelExtraction {
  readonly label: string
  readonly expression: string
}

export interface NamedLabel {
  readonly name: string
  readonly matcher?: LabelMatcher
}

export type LabelFormat =
  | { readonly kind: 'rename'; readonly label: string; readonly source: string }
  | { readonly kind: 'template'; readonly label: string; readonly template: string }

export type StageExpr =
  | LineFilterExpr
  | { readonly kind: 'json'; readonly extractions: readonly LabelExtraction[] }
  | {
      readonly kind: 'logfmt'
      readonly extractions: readonly LabelExtraction[]
      readonly strict: boolean
      readonly keepEmpty: boolean
    }
  | { readonly kind: 'regexp'; readonly pattern: string }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'unpack' }
  | { readonly kind: 'label-filter'; readonly filter: LabelFilterExpr }
  | { readonly kind: 'line-format'; readonly template: string }
  | { readonly kind: 'label-format'; readonly formats: readonly LabelFormat[] }
  | { readonly kind: 'drop' | 'keep'; readonly labels: readonly NamedLabel[] }
  | { readonly kind: 'decolorize' }

export type Comparison = '==' | '!=' | '>' | '>=' | '<' | '<='

export type LabelFilterExpr =
  | { readonly kind: 'string'; readonly matcher: LabelMatcher }
  | { readonly kind: 'number'; readonly name: string; readonly comparison: Comparison; readonly value: number }
  | { readonly kind: 'duration'; readonly name: string; readonly comparison: Comparison; readonly value: DurationNs }
  | { readonly kind: 'bytes'; readonly name: string; readonly comparison: Comparison; readonly value: number }
  | { readonly kind: 'ip'; readonly name: string; readonly negated: boolean; readonly pattern: string }
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilterExpr; readonly right: LabelFilterExpr }

export type UnwrapConversion = 'bytes' | 'duration' | 'duration_seconds'

export interface UnwrapExpr {
  readonly label: string
  readonly conversion: UnwrapConversion | undefined
  readonly filters: readonly LabelFilterExpr[]
}

export interface LogRangeExpr {
  readonly log: LogExpr
  readonly interval: DurationNs
  readonly offset: DurationNs
  readonly unwrap: UnwrapExpr | undefined
}

export interface Grouping {
  readonly labels: readonly string[]
  readonly without: boolean
}

export interface RangeAggregationExpr {
  readonly kind: 'range'
  readonly operation: RangeOperation
  readonly parameter: string | undefined
  readonly range: LogRangeExpr
  readonly grouping: Grouping | undefined
  readonly at: Position
}

export interface VectorAggregationExpr {
  readonly kind: 'vector-aggregation'
  readonly operation: VectorOperation
  readonly parameter: string | undefined
  readonly operand: MetricExpr
  readonly grouping: Grouping | undefined
  readonly at: Position
}

export type BinaryOperation =
  | 'or'
  | 'and'
  | 'unless'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'

export interface VectorMatching {
  readonly cardinality: 'one-to-one' | 'many-to-one' | 'one-to-many'
  readonly on: boolean
  readonly labels: readonly string[] | undefined
  readonly include: readonly string[] | undefined
}

export interface BinaryExpr {
  readonly kind: 'binary'
  readonly operation: BinaryOperation
  readonly left: Expr
  readonly right: Expr
  readonly returnBool: boolean
  readonly matching: VectorMatching
  readonly at: Position
}

export interface LabelReplaceExpr {
  readonly kind: 'label-replace'
  readonly operand: MetricExpr
  readonly destination: string
  readonly replacement: string
  readonly source: string
  readonly pattern: string
  readonly at: Position
}

export type MetricExpr =
  | RangeAggregationExpr
  | VectorAggregationExpr
  | BinaryExpr
  | LabelReplaceExpr
  | { readonly kind: 'literal'; readonly value: number; readonly at: Position }
  | { readonly kind: 'vector'; readonly value: number; readonly at: Position }

export type Expr = LogExpr | MetricExpr

export const comparisonOperations: ReadonlySet<string> = new Set(['==', '!=', '>', '>=', '<', '<='])
export const setOperations: ReadonlySet<string> = new Set(['or', 'and', 'unless'])
