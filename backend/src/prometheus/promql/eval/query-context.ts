import { setImmediate } from 'node:timers/promises'
import { Annotations } from '../annotations.ts'
import { PromqlCanceledError, PromqlExecutionError, PromqlTimeoutError } from '../errors.ts'
import type { PromqlFeatures } from '../features.ts'
import type { SampleSource } from './sample-series.ts'

/** A step of the event loop for others at least this often. */
const SLICE_MS = 10

export type QueryContextOptions = {
  source: SampleSource
  features: PromqlFeatures
  lookbackMs: number
  maxSamples: number
  timeoutMs: number
  defaultStepMs: number
  signal?: AbortSignal | undefined
}

/** What one query runs with: its data, its limits, and what it has to say beside the result. */
export class QueryContext {
  readonly source: SampleSource
  readonly features: PromqlFeatures
  readonly lookbackMs: number
  readonly defaultStepMs: number
  readonly annotations = new Annotations()
  readonly #maxSamples: number
  readonly #signal: AbortSignal | undefined
  readonly #deadline: number
  #sliceEnd: number
  #samples = 0
  peakSamples = 0

  constructor(options: QueryContextOptions) {
    this.source = options.source
    this.features = options.features
    this.lookbackMs = options.lookbackMs
    this.defaultStepMs = options.defaultStepMs
    this.#maxSamples = options.maxSamples
    this.#signal = options.signal
    this.#deadline = performance.now() + options.timeoutMs
    this.#sliceEnd = performance.now() + SLICE_MS
  }

  /** Undefined, or a promise to wait for so that others get a turn. Cheap enough for every series. */
  pause(): Promise<void> | undefined {
    return performance.now() < this.#sliceEnd ? undefined : this.#yield()
  }

  async #yield(): Promise<void> {
    await setImmediate()
    this.#sliceEnd = performance.now() + SLICE_MS
    if (this.#signal?.aborted) throw new PromqlCanceledError()
    if (performance.now() > this.#deadline) throw new PromqlTimeoutError()
  }

  /** Accounts for samples held in memory. @throws PromqlExecutionError above the limit, PromqlTimeoutError. */
  hold(samples: number): void {
    this.#samples += samples
    if (this.#samples > this.peakSamples) this.peakSamples = this.#samples
    if (this.#samples > this.#maxSamples) {
      throw new PromqlExecutionError('query processing would load too many samples into memory in query execution')
    }
    if (performance.now() > this.#deadline) throw new PromqlTimeoutError()
  }

  /** Accounts for stored samples: a time, a value and a kind are as much as two steps. */
  readonly holdLoaded = (samples: number): void => this.hold(2 * samples)

  get heldSamples(): number {
    return this.#samples
  }

  /** Everything held since `mark` is gone, except `kept` samples. */
  releaseTo(mark: number, kept: number): void {
    this.#samples = mark + kept
  }
}
