import type { QueryContext } from '../eval/query-context.ts'
import { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import { PromqlExecutionError } from '../errors.ts'

/** Collects which series are chosen at which step; the answer keeps the order in which they were first chosen. */
export class SeriesSelection {
  readonly #chosen = new Map<Series, Series>()
  readonly #context: QueryContext
  readonly #timeline: Timeline

  constructor(context: QueryContext, timeline: Timeline) {
    this.#context = context
    this.#timeline = timeline
  }

  choose(series: Series, step: number): void {
    let target = this.#chosen.get(series)
    if (!target) {
      this.#context.hold(this.#timeline.length)
      target = new Series(series.labels, this.#timeline.length, series.dropName)
      this.#chosen.set(series, target)
    }
    target.set(step, series.get(step))
  }

  result(): Series[] {
    return [...this.#chosen.values()]
  }
}

/** k of topk, bottomk and limitk at each step. @throws PromqlExecutionError for values that are no counts. */
export function requireCounts(param: Float64Array): boolean {
  const highest = param.reduce((a, b) => Math.max(a, b), -Infinity)
  const lowest = param.reduce((a, b) => Math.min(a, b), Infinity)
  if (highest < 1) return false
  if (param.some(Number.isNaN)) throw new PromqlExecutionError('Parameter value is NaN')
  if (lowest <= -(2 ** 63)) throw new PromqlExecutionError(`Scalar value ${goText(lowest)} underflows int64`)
  if (highest >= 2 ** 63) throw new PromqlExecutionError(`Scalar value ${goText(highest)} overflows int64`)
  return true
}

function goText(value: number): string {
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
}
