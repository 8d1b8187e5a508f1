import type { QueryContext } from '../eval/query-context.ts'
import { FLOAT, HISTOGRAM, type Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import { noteIgnoredInAggregation } from '../histogram-notes.ts'
import type { AggregateNode } from '../plan/plan-node.ts'
import { groupSeries } from './group-series.ts'
import { requireCounts, SeriesSelection } from './selection.ts'

type Candidate = { series: Series; value: number }

/** The k largest (or smallest) floats of each group at each step, best first. */
export async function topK(
  context: QueryContext,
  node: AggregateNode,
  operand: Series[],
  param: Float64Array,
  timeline: Timeline,
): Promise<Series[]> {
  if (!requireCounts(param)) return []
  const selection = new SeriesSelection(context, timeline)
  const worse = node.operator === 'topk' ? (a: number, b: number) => a < b : (a: number, b: number) => a > b
  for (const { members } of groupSeries(operand, node)) {
    for (let step = 0; step < timeline.length; step++) {
      const pause = context.pause()
      if (pause) await pause
      const k = Math.min(Math.trunc(param[step] ?? NaN), operand.length)
      if (!(k >= 1)) continue
      const best = new BoundedHeap(k, worse)
      for (const series of members) {
        if (series.kinds[step] === FLOAT) best.offer({ series, value: series.float(step) })
        else if (series.kinds[step] === HISTOGRAM)
          noteIgnoredInAggregation(context.annotations, node.operator, node.pos)
      }
      for (const { series } of best.bestFirst()) selection.choose(series, step)
    }
  }
  return selection.result()
}

/** Keeps the k best candidates; the worst of them, NaN first, is at the root. */
class BoundedHeap {
  readonly #items: Candidate[] = []
  readonly #limit: number
  readonly #worse: (a: number, b: number) => boolean

  constructor(limit: number, worse: (a: number, b: number) => boolean) {
    this.#limit = limit
    this.#worse = worse
  }

  offer(candidate: Candidate): void {
    const [root] = this.#items
    if (!root || this.#items.length < this.#limit) {
      this.#items.push(candidate)
      this.#up(this.#items.length - 1)
    } else if (
      this.#worse(root.value, candidate.value) ||
      (Number.isNaN(root.value) && !Number.isNaN(candidate.value))
    ) {
      this.#items[0] = candidate
      this.#down(0)
    }
  }

  bestFirst(): Candidate[] {
    return this.#items.toSorted((a, b) => (this.#less(b, a) ? -1 : Number(this.#less(a, b))))
  }

  #less(a: Candidate, b: Candidate): boolean {
    return Number.isNaN(a.value) ? !Number.isNaN(b.value) : this.#worse(a.value, b.value)
  }

  #up(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (!this.#swapIfLess(at, parent)) return
      at = parent
    }
  }

  #down(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1
      const [a, b] = [this.#items[left], this.#items[left + 1]]
      if (!a) return
      const child = b && this.#less(b, a) ? left + 1 : left
      if (!this.#swapIfLess(child, at)) return
      at = child
    }
  }

  #swapIfLess(i: number, j: number): boolean {
    const [a, b] = [this.#items[i], this.#items[j]]
    if (!a || !b || !this.#less(a, b)) return false
    this.#items[i] = b
    this.#items[j] = a
    return true
  }
}
