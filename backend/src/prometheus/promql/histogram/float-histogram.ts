import { isCustomSchema, sameBounds } from './bounds.ts'
import { type Buckets, copyBuckets, dropEmpty, emptyBuckets, sameBuckets } from './buckets.ts'

/** What is known about a counter reset between a histogram and the one before it. */
export type ResetHint = 'unknown' | 'reset' | 'not-reset' | 'gauge'

export type FloatHistogramInit = Partial<
  Pick<FloatHistogram, 'resetHint' | 'schema' | 'zeroThreshold' | 'zeroCount' | 'count' | 'sum'> & {
    positive: Buckets
    negative: Buckets
    customValues: readonly number[]
  }
>

/**
 * A native histogram with float counts. Exponential ones (schema -4..8) have a zero bucket and two sides of buckets
 * whose bounds are powers of 2^(2^-schema); those with custom buckets (schema -53) have one side and listed bounds.
 * Arithmetic changes the histogram it is called on; copy first what others hold.
 */
export class FloatHistogram {
  resetHint: ResetHint
  schema: number
  zeroThreshold: number
  zeroCount: number
  count: number
  sum: number
  positive: Buckets
  negative: Buckets
  customValues: readonly number[]

  constructor(init: FloatHistogramInit = {}) {
    this.resetHint = init.resetHint ?? 'unknown'
    this.schema = init.schema ?? 0
    this.zeroThreshold = init.zeroThreshold ?? 0
    this.zeroCount = init.zeroCount ?? 0
    this.count = init.count ?? 0
    this.sum = init.sum ?? 0
    this.positive = init.positive ?? emptyBuckets()
    this.negative = init.negative ?? emptyBuckets()
    this.customValues = init.customValues ?? []
  }

  get usesCustomBuckets(): boolean {
    return isCustomSchema(this.schema)
  }

  copy(): FloatHistogram {
    return this.#with({ positive: copyBuckets(this.positive), negative: copyBuckets(this.negative) })
  }

  withHint(resetHint: ResetHint): FloatHistogram {
    return this.#with({ resetHint })
  }

  #with(changes: FloatHistogramInit): FloatHistogram {
    const { resetHint, schema, zeroThreshold, zeroCount, count, sum, positive, negative, customValues } = this
    const all = { resetHint, schema, zeroThreshold, zeroCount, count, sum, positive, negative, customValues }
    return new FloatHistogram({ ...all, ...changes })
  }

  multiply(factor: number): this {
    this.#scale((value) => value * factor)
    if (factor < 0) this.resetHint = 'gauge'
    return this
  }

  divide(divisor: number): this {
    this.#scale((value) => value / divisor)
    if (divisor === 0) {
      this.positive = emptyBuckets()
      this.negative = emptyBuckets()
    } else if (divisor < 0) this.resetHint = 'gauge'
    return this
  }

  #scale(change: (value: number) => number): void {
    this.zeroCount = change(this.zeroCount)
    this.count = change(this.count)
    this.sum = change(this.sum)
    for (const side of [this.positive, this.negative]) {
      side.counts = side.counts.map(change)
      if (side.lost) side.lost = side.lost.map(change)
    }
  }

  compact(): this {
    this.positive = dropEmpty(this.positive)
    this.negative = dropEmpty(this.negative)
    return this
  }

  equals(other: FloatHistogram): boolean {
    return (
      this.schema === other.schema &&
      Object.is(this.count, other.count) &&
      Object.is(this.sum, other.sum) &&
      this.zeroThreshold === other.zeroThreshold &&
      Object.is(this.zeroCount, other.zeroCount) &&
      (!this.usesCustomBuckets || sameBounds(this.customValues, other.customValues)) &&
      sameBuckets(this.negative, other.negative) &&
      sameBuckets(this.positive, other.positive)
    )
  }

  get hasOverflow(): boolean {
    const values = [this.zeroCount, this.count, this.sum, ...this.positive.counts, ...this.negative.counts]
    return values.some((value) => value === Infinity || value === -Infinity)
  }

  /** In steps of a result: what it occupies of the memory a query may hold. Measured: about 500 bytes and 16 a bucket. */
  get heldSteps(): number {
    return 55 + 2 * (this.positive.counts.length + this.negative.counts.length)
  }

  /** In samples: what the histogram weighs against the limit of a query (16 bytes a sample, as Prometheus counts). */
  get sampleWeight(): number {
    const numbers = this.positive.counts.length + this.negative.counts.length + this.customValues.length
    return Math.floor((168 + 8 + 8 * numbers) / 16)
  }
}
