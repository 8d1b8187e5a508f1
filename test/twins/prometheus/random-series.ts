// The data of a twin run: what a scraped shop would send, and everything around it that is allowed and rare.
import type {
  BucketSpan,
  LabelPair,
  NativeHistogram,
  WriteSample,
  WriteSeries,
} from '@playground/protocol/remote-write'
import type { SeededRandom } from './seeded-random.ts'

export const STEP_MS = 15_000
const STEPS = 240
/** Every run writes to the same hour, so that a seed says all there is to say about a difference. */
export const START_MS = Date.UTC(2026, 2, 4, 5, 0)
export const END_MS = START_MS + STEPS * STEP_MS

const CLASSIC_BOUNDS = ['0.05', '0.1', '0.25', '0.5', '1', '2.5', '+Inf'] as const

type Labels = Readonly<Record<string, string>>

/** All series over the whole hour, samples in order of time. */
export function randomSeries(random: SeededRandom): WriteSeries[] {
  const all: WriteSeries[] = []
  for (const job of ['checkout', 'payment']) {
    for (const instance of ['a:1', 'b:2']) {
      const target = { job, instance }
      all.push(floats(random, { __name__: 'up', ...target }, () => Number(!random.chance(0.05))))
      all.push(floats(random, { __name__: 'target_info', ...target, region: `r${random.between(1, 2)}` }, () => 1))
      for (const code of ['200', '404', '500']) {
        if (random.chance(0.2)) continue
        all.push(floats(random, { __name__: 'http_requests_total', ...target, code }, counter(random)))
      }
      all.push(floats(random, { __name__: 'process_memory_bytes', ...target }, gauge(random)))
      all.push(...classicHistogram(random, { ...target }))
      for (const name of ['native_seconds', 'native_float_seconds', 'native_gauge_seconds', 'custom_seconds']) {
        if (random.chance(0.85)) all.push(nativeSeries(random, { __name__: name, ...target }))
      }
    }
    all.push(mixed(random, { __name__: 'mixed', job }))
    all.push(floats(random, { __name__: 'odd_values', job, 'shop.name': 'Käse "&" \\ 茶' }, odd(random)))
    all.push(
      floats(random, { __name__: 'weights', job, room: `room ${random.between(1, 3)}` }, () => random.between(-5, 5)),
    )
  }
  return all
}

function floats(random: SeededRandom, labels: Labels, next: () => number): WriteSeries {
  const gapAt = random.chance(0.4) ? random.between(20, STEPS - 60) : Infinity
  const gapEnd = gapAt + random.between(2, 50)
  const staleAtGap = random.chance(0.6)
  const jitterMs = random.chance(0.3) ? random.between(1, 900) : 0
  const samples: WriteSample[] = []
  for (let step = 0; step < STEPS; step++) {
    const timestampMs = START_MS + step * STEP_MS + (jitterMs > 0 ? random.between(0, jitterMs) : 0)
    const value = next()
    if (step === gapAt && staleAtGap) samples.push({ timestampMs, value: NaN, stale: true })
    else if (step < gapAt || step >= gapEnd) samples.push({ timestampMs, value })
  }
  return series(labels, samples)
}

function counter(random: SeededRandom): () => number {
  let total = random.between(0, 1000)
  const speed = random.between(1, 40)
  const resets = random.pick([0, 0.01, 0.05])
  const whole = random.chance(0.7)
  return () => {
    if (random.chance(resets)) total = 0
    else if (random.chance(0.8)) total += whole ? random.between(0, speed) : random.next() * speed
    return total
  }
}

function gauge(random: SeededRandom): () => number {
  let value = random.next() * 1e8
  return () => (value = Math.max(0, value + (random.next() - 0.5) * 1e6))
}

function odd(random: SeededRandom): () => number {
  return () => random.pick([NaN, Infinity, -Infinity, 0, -0, 1e300, 5e-324, -1.5, random.next(), random.next() * -1e9])
}

function classicHistogram(random: SeededRandom, target: Labels): WriteSeries[] {
  const counts = CLASSIC_BOUNDS.map(() => 0)
  const buckets = CLASSIC_BOUNDS.map((le) => series({ __name__: 'latency_seconds_bucket', ...target, le }, []))
  const sums = series({ __name__: 'latency_seconds_sum', ...target }, [])
  const totals = series({ __name__: 'latency_seconds_count', ...target }, [])
  let sum = 0
  for (let step = 0; step < STEPS; step++) {
    const timestampMs = START_MS + step * STEP_MS
    for (let event = random.between(0, 6); event > 0; event--) {
      const value = random.next() ** 3 * 4
      sum += value
      const first = CLASSIC_BOUNDS.findIndex((le) => value <= (le === '+Inf' ? Infinity : Number(le)))
      for (let bucket = first; bucket < counts.length; bucket++) counts[bucket] = (counts[bucket] ?? 0) + 1
      if (random.chance(0.02))
        buckets[first]?.exemplars.push({ labels: [['trace_id', hex(random)]], value, timestampMs })
    }
    for (const [i, bucket] of buckets.entries()) {
      const exemplars = bucket.exemplars.filter((exemplar) => exemplar.timestampMs === timestampMs)
      // One a scrape, as a client library gives them.
      if (exemplars.length > 1) bucket.exemplars.splice(bucket.exemplars.length - exemplars.length + 1)
      bucket.samples.push({ timestampMs, value: counts[i] ?? 0 })
    }
    sums.samples.push({ timestampMs, value: sum })
    totals.samples.push({ timestampMs, value: counts.at(-1) ?? 0 })
  }
  return [...buckets, sums, totals]
}

function hex(random: SeededRandom): string {
  return Array.from({ length: 32 }, () => random.between(0, 15).toString(16)).join('')
}

function nativeSeries(random: SeededRandom, labels: Labels): WriteSeries {
  const out = series(labels, [])
  const histogram = new GrowingHistogram(random, labels['__name__'] ?? '')
  const gapAt = random.chance(0.3) ? random.between(20, STEPS - 40) : Infinity
  for (let step = 0; step < STEPS; step++) {
    const timestampMs = START_MS + step * STEP_MS
    if (step >= gapAt && step < gapAt + 25) continue
    histogram.grow()
    out.histograms.push(histogram.at(timestampMs))
  }
  return out
}

/** Floats for a while, then histograms: what a change of instrumentation looks like. */
function mixed(random: SeededRandom, labels: Labels): WriteSeries {
  const out = series(labels, [])
  const histogram = new GrowingHistogram(random, 'native_seconds')
  const next = counter(random)
  let native = random.chance(0.5)
  for (let step = 0; step < STEPS; step++) {
    if (random.chance(0.03)) native = !native
    const timestampMs = START_MS + step * STEP_MS
    histogram.grow()
    if (native) out.histograms.push(histogram.at(timestampMs))
    else out.samples.push({ timestampMs, value: next() })
  }
  return out
}

class GrowingHistogram {
  readonly #random: SeededRandom
  readonly #custom: boolean
  readonly #gauge: boolean
  readonly #float: boolean
  readonly #counts = new Map<number, number>()
  readonly #negative = new Map<number, number>()
  #schema: number
  #zero = 0
  #sum = 0

  constructor(random: SeededRandom, name: string) {
    this.#random = random
    this.#custom = name.startsWith('custom')
    this.#gauge = name.includes('gauge')
    this.#float = name.includes('float') || this.#gauge
    this.#schema = this.#custom ? -53 : random.between(-1, 3)
    if (!this.#custom) this.#fillBothSides()
  }

  /** In the real server empty buckets that a chunk has for other samples decide how far the zero bucket reaches. */
  #fillBothSides(): void {
    this.#counts.set(1, 1)
    this.#negative.set(-2, 1)
  }

  grow(): void {
    const random = this.#random
    if (random.chance(this.#gauge ? 0.2 : 0.015)) {
      for (const side of [this.#counts, this.#negative]) side.clear()
      if (!this.#custom) this.#fillBothSides()
      this.#zero = this.#sum = 0
      if (!this.#custom && random.chance(0.5)) this.#schema = random.between(-1, 3)
    }
    for (let event = random.between(0, 5); event > 0; event--) {
      const weight = this.#float ? random.between(1, 8) / 4 : 1
      const bucket = this.#custom ? random.between(0, 4) : random.between(-4, 6)
      this.#sum += weight * (bucket + random.next())
      if (!this.#custom && random.chance(0.1)) this.#zero += weight
      else {
        const side = !this.#custom && random.chance(0.15) ? this.#negative : this.#counts
        side.set(bucket, (side.get(bucket) ?? 0) + weight)
      }
    }
  }

  at(timestampMs: number): NativeHistogram {
    const positive = spansOf(this.#counts)
    const negative = spansOf(this.#negative)
    const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
    return {
      timestampMs,
      float: this.#float,
      count: this.#zero + total(positive.counts) + total(negative.counts),
      sum: this.#sum,
      schema: this.#schema,
      zeroThreshold: this.#custom ? 0 : 0.001,
      zeroCount: this.#zero,
      positiveSpans: positive.spans,
      positiveCounts: positive.counts,
      negativeSpans: negative.spans,
      negativeCounts: negative.counts,
      resetHint: this.#gauge ? 3 : 0,
      customValues: this.#custom ? [0.1, 0.5, 1, 5] : [],
    }
  }
}

function spansOf(buckets: ReadonlyMap<number, number>): { spans: BucketSpan[]; counts: number[] } {
  const spans: BucketSpan[] = []
  const counts: number[] = []
  let next = 0
  for (const [bucket, count] of [...buckets].toSorted(([a], [b]) => a - b)) {
    const last = spans.at(-1)
    if (last && bucket === next) last.length++
    else spans.push({ offset: last ? bucket - next : bucket, length: 1 })
    counts.push(count)
    next = bucket + 1
  }
  return { spans, counts }
}

function series(labels: Labels, samples: WriteSample[]): WriteSeries {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { labels: sorted.map(([name, value]): LabelPair => [name, value]), samples, histograms: [], exemplars: [] }
}
