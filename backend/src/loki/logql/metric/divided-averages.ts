// Loki's query frontend computes an average whose series can lie on several shards as a sum of values by a count of lines. Lines
// without a value count, too, and one with an error fails the query although a filter behind the unwrap skips it. An answer of ours
// has to be the same, so the same is done to the tree (pkg/logql/shardmapper.go; what it does to other operations changes no answer).
import type { BinaryExpr, Grouping, MetricExpr, RangeAggregationExpr, VectorAggregationExpr } from '../syntax/ast.ts'

export function divideAverages(expr: MetricExpr): MetricExpr {
  switch (expr.kind) {
    case 'range':
      return expr.operation === 'avg_over_time' && reducesLabels(expr) ? divided(expr) : expr
    case 'vector-aggregation':
    case 'label-replace':
      return { ...expr, operand: divideAverages(expr.operand) }
    case 'binary':
      return { ...expr, left: divideSide(expr.left), right: divideSide(expr.right) }
    default:
      return expr
  }
}

function divideSide(side: BinaryExpr['left']): BinaryExpr['left'] {
  return side.kind === 'log' ? side : divideAverages(side)
}

function divided(expr: RangeAggregationExpr): BinaryExpr {
  const { range, at } = expr
  const grouping = expr.grouping ?? { labels: [], without: true }
  const unwrapped = range.unwrap === undefined ? [] : [range.unwrap.label]
  const lines: Grouping = grouping.without ? { ...grouping, labels: [...grouping.labels, ...unwrapped] } : grouping
  const part = (operation: 'sum_over_time' | 'count_over_time'): RangeAggregationExpr => ({
    ...expr,
    operation,
    grouping: undefined,
    range: operation === 'sum_over_time' ? range : { ...range, unwrap: undefined },
  })
  const sum = (operand: RangeAggregationExpr, by: Grouping): VectorAggregationExpr => {
    return { kind: 'vector-aggregation', operation: 'sum', parameter: undefined, operand, grouping: by, at }
  }
  return {
    kind: 'binary',
    operation: '/',
    left: sum(part('sum_over_time'), grouping),
    right: sum(part('count_over_time'), lines),
    returnBool: false,
    matching: { cardinality: 'one-to-one', on: false, labels: undefined, include: undefined },
    at,
  }
}

/** Whether two streams can end in one series: then the average of a shard is of no use. */
function reducesLabels({ grouping, range }: RangeAggregationExpr): boolean {
  if (grouping !== undefined && (grouping.labels.length > 0 || !grouping.without)) return true
  return range.log.stages.some(
    (stage) =>
      stage.kind === 'drop' ||
      stage.kind === 'keep' ||
      (stage.kind === 'label-format' && stage.formats.some(({ kind }) => kind === 'rename')),
  )
}
