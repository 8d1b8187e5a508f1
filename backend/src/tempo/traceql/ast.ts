// The syntax tree of a query: parsed and, by `validate.ts`, checked.
import type { Attribute } from './attribute.ts'
import type {
  ArithmeticOperator,
  ComparisonOperator,
  FieldOperator,
  SpansetOperator,
  UnaryOperator,
} from './operator.ts'
import type { Static } from './static.ts'

export type FieldExpression =
  | { kind: 'static'; value: Static }
  | { kind: 'attribute'; attribute: Attribute }
  | BinaryExpression
  | { kind: 'unary'; operator: UnaryOperator; operand: FieldExpression }

export interface BinaryExpression {
  kind: 'binary'
  operator: FieldOperator
  left: FieldExpression
  right: FieldExpression
}

export interface SpansetFilter {
  kind: 'filter'
  expression: FieldExpression
}

export interface SpansetOperation {
  kind: 'spanset operation'
  operator: SpansetOperator
  left: SpansetExpression
  right: SpansetExpression
}

export interface Pipeline {
  kind: 'pipeline'
  stages: Stage[]
}

export type SpansetExpression = SpansetFilter | SpansetOperation | Pipeline

export type AggregateOperator = 'count' | 'avg' | 'max' | 'min' | 'sum'

export interface Aggregate {
  kind: 'aggregate'
  operator: AggregateOperator
  /** `count()` has none. */
  expression?: FieldExpression
}

export type ScalarExpression =
  | Aggregate
  | { kind: 'static'; value: Static }
  | { kind: 'scalar operation'; operator: FieldOperator; left: ScalarExpression; right: ScalarExpression }
  | Pipeline

export interface ScalarFilter {
  kind: 'scalar filter'
  operator: ComparisonOperator
  left: ScalarExpression
  right: ScalarExpression
}

export type Stage =
  | SpansetExpression
  | ScalarFilter
  | Aggregate
  | { kind: 'group'; expression: FieldExpression }
  | { kind: 'coalesce' }
  | { kind: 'select'; attributes: Attribute[] }

export type RangeFunction =
  | 'rate'
  | 'count_over_time'
  | 'min_over_time'
  | 'max_over_time'
  | 'avg_over_time'
  | 'sum_over_time'
  | 'quantile_over_time'
  | 'histogram_over_time'

export interface RangeAggregate {
  kind: 'range aggregate'
  function: RangeFunction
  /** What is aggregated; `rate` and `count_over_time` have none. */
  attribute?: Attribute
  quantiles: number[]
  by: Attribute[]
}

export interface Compare {
  kind: 'compare'
  filter: SpansetFilter
  topN: number
  /** The selection's time window in nanoseconds; both 0: none. */
  start: bigint
  end: bigint
}

export type MetricsStage =
  | { kind: 'topk' | 'bottomk'; limit: number }
  | { kind: 'metrics filter'; operator: ComparisonOperator; value: number }
  | { kind: 'metrics scalar'; operator: ArithmeticOperator; value: number; scalarOnLeft: boolean }

export type MetricsExpression =
  | { kind: 'metrics query'; pipeline: Pipeline; aggregate: RangeAggregate | Compare; stages: MetricsStage[] }
  | {
      kind: 'metrics math'
      operator: ArithmeticOperator
      left: MetricsExpression
      right: MetricsExpression
      stages: MetricsStage[]
    }

export interface Hint {
  name: string
  value: Static
}

export type Query =
  | { kind: 'spansets'; pipeline: Pipeline; hints: Hint[] }
  | { kind: 'metrics'; expression: MetricsExpression; hints: Hint[] }

/** Whether the expression depends on a span. */
export function referencesSpan(expression: FieldExpression): boolean {
  switch (expression.kind) {
    case 'static':
      return false
    case 'attribute':
      return true
    case 'unary':
      return referencesSpan(expression.operand)
    case 'binary':
      return referencesSpan(expression.left) || referencesSpan(expression.right)
  }
}

export function boolHint(hints: readonly Hint[], name: string): boolean | undefined {
  const value = hints.find((hint) => hint.name === name)?.value
  return value?.type === 'boolean' ? value.value : undefined
}
