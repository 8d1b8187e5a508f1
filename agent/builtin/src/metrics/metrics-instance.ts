// One entry of metrics.configs: targets → scrape loops → WAL on disk → remote_write endpoints.
import { join } from 'node:path'
import { encodeWriteV1 } from '@playground/protocol/remote-write'
import type { Ledger } from '../accounting/ledger.ts'
import type { Registry } from '../accounting/registry.ts'
import type { MetricsConfig, MetricsInstanceConfig } from '../config/metrics-schema.ts'
import { publicUrl } from '../net/public-url.ts'
import { reasonOf, type Logger } from '../log.ts'
import { DiskQueue } from '../queue/disk-queue.ts'
import { QueueSender } from '../queue/queue-sender.ts'
import { MetadataSender } from './metadata-sender.ts'
import { RemoteWriter } from './remote-writer.ts'
import { ScrapeLoop, type ScrapedSamples } from './scrape-loop.ts'
import { targetsOf } from './target.ts'

export interface MetricsInstanceOptions {
  readonly config: MetricsInstanceConfig
  readonly global: MetricsConfig['global']
  readonly walDirectory: string
  readonly maxWalBytes: number
  readonly registry: Registry
  readonly logger: Logger
}

// Prometheus' own batches wait up to batch_send_deadline; a lab looks at its points sooner, and this still merges the targets of one tick.
const MAX_BATCH_WAIT_MS = 100

export class MetricsInstance {
  readonly loops: readonly ScrapeLoop[]
  readonly #options: MetricsInstanceOptions
  readonly #wal: DiskQueue
  readonly #ledgers = new Map<string, Ledger>()
  readonly #senders: QueueSender[] = []
  readonly #metadata: MetadataSender[] = []

  constructor(options: MetricsInstanceOptions) {
    this.#options = options
    const { config, global, registry, logger } = options
    const endpoints = (config.remote_write.length > 0 ? config.remote_write : global.remote_write).map((endpoint) => ({
      endpoint,
      reader: endpoint.name ?? publicUrl(endpoint.url),
    }))
    // Without remote_write the samples stay in the WAL: its one reader never takes any.
    const readers = endpoints.length > 0 ? endpoints.map(({ reader }) => reader) : ['wal']
    this.#wal = new DiskQueue({
      path: join(options.walDirectory, encodeURIComponent(config.name), 'wal.sqlite'),
      readers,
    })
    for (const reader of readers) {
      const ledger = registry.ledger('metrics', `${config.name}/${reader}`)
      ledger.restored(this.#wal.itemsLeft(reader))
      ledger.counts(() => this.#wal.itemsLeft(reader))
      this.#ledgers.set(reader, ledger)
    }
    for (const { endpoint, reader } of endpoints) {
      const writer = new RemoteWriter(endpoint)
      const { queue_config: queue } = endpoint
      const ledger = this.#ledgers.get(reader)
      if (ledger === undefined) continue
      this.#metadata.push(new MetadataSender(writer, endpoint.metadata_config))
      this.#senders.push(
        new QueueSender({
          queue: this.#wal,
          reader,
          ledger,
          logger,
          batchWaitMs: Math.min(queue.batch_send_deadline, MAX_BATCH_WAIT_MS),
          batchItems: queue.max_samples_per_send,
          backoff: { minMs: queue.min_backoff, maxMs: queue.max_backoff },
          maxElapsedMs: 0,
          maxAgeMs: queue.sample_age_limit,
          send: (entries, signal) => writer.send(entries, signal),
        }),
      )
    }
    this.loops = config.scrape_configs.flatMap((scrape) =>
      targetsOf(scrape).map((target) => {
        const intervalMs = scrape.scrape_interval ?? global.scrape_interval
        return new ScrapeLoop({
          target,
          config: scrape,
          intervalMs,
          timeoutMs: Math.min(scrape.scrape_timeout ?? global.scrape_timeout, intervalMs),
          externalLabels: global.external_labels,
          accept: (samples) => this.#accept(samples),
        })
      }),
    )
  }

  start(): void {
    for (const sender of this.#senders) sender.start()
    for (const loop of this.loops) loop.start()
  }

  stopScraping(): void {
    for (const loop of this.loops) loop.stop(this.#options.config.write_stale_on_shutdown)
    for (const metadata of this.#metadata) metadata.stop()
  }

  async drain(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.drain(signal)))
    this.#wal.close()
  }

  #accept({ series, metadata, relabelledAway, duplicates }: ScrapedSamples): void {
    const samples = series.reduce((sum, one) => sum + one.samples.length, 0)
    for (const ledger of this.#ledgers.values()) {
      ledger.received(samples + relabelledAway + duplicates)
      ledger.dropped('metric_relabel_configs', relabelledAway)
      ledger.dropped('duplicate_sample', duplicates)
    }
    try {
      this.#makeRoom()
      this.#wal.append(encodeWriteV1({ series: [...series], metadata: [] }), samples)
    } catch (error) {
      for (const ledger of this.#ledgers.values()) ledger.dropped('wal_write_failed', samples)
      this.#options.logger.error('cannot write the WAL', { error: reasonOf(error) })
      return
    }
    for (const sender of this.#senders) sender.notify()
    for (const sender of this.#metadata) sender.learn(metadata)
  }

  /** Bounds the WAL by size and age: the oldest samples go first, as Grafana Agent's truncation has it. */
  #makeRoom(): void {
    const { maxWalBytes, config } = this.#options
    for (;;) {
      const isFull = this.#wal.sizeBytes > maxWalBytes
      const { oldestMs } = this.#wal
      const isTooOld = oldestMs !== undefined && oldestMs < Date.now() - config.max_wal_time
      if (!isFull && !isTooOld) return
      for (const [reader, items] of this.#wal.evictOldest()) {
        this.#ledgers.get(reader)?.dropped(isFull ? 'wal_full' : 'max_wal_time', items)
      }
    }
  }
}
