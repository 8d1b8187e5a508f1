import { compare, float, int, nil, normalInt, toFloat } from '../traceql/static.ts'
import type { AggregateOperator } from '../traceql/ast.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { Static } from '../traceql/static.ts'

type Read = (span: SpanView) => Static

/** An aggregate over the spans of one set; undefined when no span has the value. */
export function aggregate(
  operator: AggregateOperator,
  spans: readonly SpanView[],
  read: Read | undefined,
): Static | undefined {
  if (operator === 'count' || read === undefined) return int(spans.length)
  const values = spans.map(read).filter((value) => value !== nil)
  const first = values[0]
  if (first === undefined) return undefined
  switch (operator) {
    case 'max':
      return values.reduce((best, value) => (compare(value, best) > 0 ? value : best))
    case 'min':
      return values.reduce((best, value) => (compare(value, best) < 0 ? value : best))
    case 'sum':
      return sum(values, first)
    case 'avg':
      return average(sum(values, first), values.length)
  }
}

/** Values of another type than the first one's are left out of the sum, as in Tempo. */
function sum(values: readonly Static[], first: Static): Static {
  const same = values.filter((value) => value.type === first.type)
  if (first.type === 'int')
    return int(normalInt(same.reduce((total, value) => total + BigInt(value.value as number | bigint), 0n)))
  if (first.type !== 'float' && first.type !== 'duration') return first
  return { type: first.type, value: same.reduce((total, value) => total + toFloat(value), 0) }
}

function average(total: Static, count: number): Static {
  if (total.type === 'duration') return { type: 'duration', value: Math.trunc(total.value / count) }
  return total.type === 'int' || total.type === 'float' ? float(toFloat(total) / count) : total
}
