import { combine, type CombineNotes, type LostTotals } from './combine.ts'
import type { FloatHistogram } from './float-histogram.ts'

/** A sum of histograms that keeps beside itself what rounding would lose. */
export class HistogramSum {
  #histogram: FloatHistogram
  #lost: LostTotals

  constructor(first: FloatHistogram) {
    this.#histogram = first.copy()
    for (const side of [this.#histogram.positive, this.#histogram.negative]) side.lost = side.counts.map(() => 0)
    this.#lost = { zeroCount: 0, count: 0, sum: 0 }
  }

  copy(): HistogramSum {
    const copy = new HistogramSum(this.#histogram)
    copy.#histogram = this.#histogram.copy()
    copy.#lost = { ...this.#lost }
    return copy
  }

  /** @throws IncompatibleHistogramsError */
  add(other: FloatHistogram): CombineNotes {
    return combine(this.#histogram, other, 1, this.#lost)
  }

  divide(divisor: number): this {
    this.#histogram.divide(divisor)
    for (const total of ['zeroCount', 'count', 'sum'] as const) this.#lost[total] /= divisor
    return this
  }

  multiply(factor: number): this {
    this.#histogram.multiply(factor)
    for (const total of ['zeroCount', 'count', 'sum'] as const) this.#lost[total] *= factor
    return this
  }

  get hasOverflow(): boolean {
    return this.#histogram.hasOverflow
  }

  get value(): FloatHistogram {
    const total = this.#histogram.copy()
    for (const name of ['zeroCount', 'count', 'sum'] as const) total[name] += this.#lost[name]
    for (const side of [total.positive, total.negative]) {
      side.counts = side.counts.map((count, i) => count + (side.lost?.[i] ?? 0))
      delete side.lost
    }
    return total
  }
}
