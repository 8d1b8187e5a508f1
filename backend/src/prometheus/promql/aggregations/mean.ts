import type { CombineNotes } from '../histogram/combine.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { HistogramSum } from '../histogram/histogram-sum.ts'
import { KahanSum } from '../kahan.ts'

/** The mean as sum by count, until the sum would overflow; from then on the mean itself is kept up to date. */
export class FloatMean {
  readonly #sum: KahanSum
  #count = 1
  #incremental = false

  constructor(first: number) {
    this.#sum = new KahanSum(first)
  }

  add(value: number): void {
    this.#count++
    const { sum, compensation } = this.#sum
    if (!this.#incremental) {
      this.#sum.add(value)
      if (this.#sum.sum !== Infinity && this.#sum.sum !== -Infinity) return
      this.#incremental = true
      this.#sum.sum = sum / (this.#count - 1)
      this.#sum.compensation = compensation / (this.#count - 1)
    }
    this.#sum.scale((this.#count - 1) / this.#count)
    this.#sum.add(value / this.#count)
  }

  get value(): number {
    const { sum, compensation } = this.#sum
    return this.#incremental ? sum + compensation : sum / this.#count + compensation / this.#count
  }
}

export class HistogramMean {
  #sum: HistogramSum
  #count = 1
  #incremental = false

  constructor(first: FloatHistogram) {
    this.#sum = new HistogramSum(first)
  }

  /** @throws IncompatibleHistogramsError */
  add(histogram: FloatHistogram): CombineNotes {
    this.#count++
    if (!this.#incremental) {
      const next = this.#sum.copy()
      const notes = next.add(histogram)
      if (!next.hasOverflow) {
        this.#sum = next
        return notes
      }
      this.#incremental = true
      this.#sum.divide(this.#count - 1)
    }
    this.#sum.multiply((this.#count - 1) / this.#count)
    return this.#sum.add(histogram.copy().divide(this.#count))
  }

  get value(): FloatHistogram {
    return this.#incremental ? this.#sum.value : this.#sum.copy().divide(this.#count).value
  }
}
