import type { MetricMetadata } from '@playground/protocol/remote-write'
import type { RemoteWriteConfig } from '../config/metrics-schema.ts'
import type { RemoteWriter } from './remote-writer.ts'

// A family first seen is announced after this long, not after send_interval: the page shows units at once.
const NEWS_WAIT_MS = 1000

/** Sends what is known of metric families: news soon, all of it every `send_interval`. Best effort: the next round repeats it. */
export class MetadataSender {
  readonly #writer: RemoteWriter
  readonly #config: RemoteWriteConfig['metadata_config']
  readonly #families = new Map<string, MetricMetadata>()
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #dueMs = Infinity

  constructor(writer: RemoteWriter, config: RemoteWriteConfig['metadata_config']) {
    this.#writer = writer
    this.#config = config
  }

  learn(metadata: readonly MetricMetadata[]): void {
    if (!this.#config.send) return
    let hasNews = false
    for (const family of metadata) {
      const before = this.#families.get(family.metricFamilyName)
      if (before === undefined || before.help !== family.help || before.type !== family.type) hasNews = true
      this.#families.set(family.metricFamilyName, family)
    }
    if (hasNews) this.#schedule(NEWS_WAIT_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#abort.abort()
  }

  #schedule(inMs: number): void {
    const dueMs = Date.now() + inMs
    if (dueMs >= this.#dueMs || this.#abort.signal.aborted) return
    clearTimeout(this.#timer)
    this.#dueMs = dueMs
    this.#timer = setTimeout(() => void this.#sendAll(), inMs)
  }

  async #sendAll(): Promise<void> {
    this.#dueMs = Infinity
    const families = [...this.#families.values()]
    const size = this.#config.max_samples_per_send
    for (let i = 0; i < families.length && !this.#abort.signal.aborted; i += size) {
      await this.#writer.sendMetadata(families.slice(i, i + size), this.#abort.signal)
    }
    this.#schedule(this.#config.send_interval)
  }
}
