// Scrapes one target on its interval: fetch, parse, hand over the series; `up` and the scrape_* series say how it went.
import { parseExposition, SCRAPE_ACCEPT, type Exposition } from '@playground/protocol/exposition'
import type { MetricMetadata, WriteSeries } from '@playground/protocol/remote-write'
import type { ScrapeConfig } from '../config/metrics-schema.ts'
import { reasonOf } from '../log.ts'
import { httpRequest } from '../net/http-request.ts'
import { ScrapeSeries } from './scrape-series.ts'
import type { Target } from './target.ts'

export interface ScrapedSamples {
  readonly series: readonly WriteSeries[]
  readonly metadata: readonly MetricMetadata[]
  readonly relabelledAway: number
  readonly duplicates: number
}

export interface ScrapeLoopOptions {
  readonly target: Target
  readonly config: ScrapeConfig
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly externalLabels: ReadonlyMap<string, string>
  readonly accept: (samples: ScrapedSamples) => void
}

const REPORTS = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const

const DEFAULT_BODY_LIMIT_BYTES = 64 * 1024 * 1024
// First scrapes are spread over this long, not over the interval: a lab wants its first point now.
const FIRST_SCRAPE_SPREAD_MS = 250

export class ScrapeLoop {
  readonly target: Target
  lastError = ''
  lastScrapeMs = 0
  lastDurationSeconds = 0
  health: 'unknown' | 'up' | 'down' = 'unknown'
  readonly #options: ScrapeLoopOptions
  readonly #series: ScrapeSeries
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(options: ScrapeLoopOptions) {
    this.#options = options
    this.target = options.target
    this.#series = new ScrapeSeries(options.config, options.target.labels, options.externalLabels)
  }

  start(): void {
    const { intervalMs } = this.#options
    const first = Date.now() + Math.random() * Math.min(FIRST_SCRAPE_SPREAD_MS, intervalMs)
    this.#schedule(first)
  }

  /** Ends the loop; `withStaleMarkers` also says that its series end here. */
  stop(withStaleMarkers: boolean): void {
    clearTimeout(this.#timer)
    this.#abort.abort()
    if (!withStaleMarkers || this.health === 'unknown') return
    const nowMs = Date.now()
    const { series } = this.#series.batch(undefined, nowMs)
    const reports = REPORTS.map((name) => this.#series.report(name, 0, nowMs, true))
    this.#options.accept({ series: [...series, ...reports], metadata: [], relabelledAway: 0, duplicates: 0 })
  }

  #schedule(atMs: number): void {
    this.#timer = setTimeout(
      () => {
        void this.#scrapeOnce().then(() => {
          if (this.#abort.signal.aborted) return
          const { intervalMs } = this.#options
          const missed = Math.max(0, Math.floor((Date.now() - atMs) / intervalMs))
          this.#schedule(atMs + (missed + 1) * intervalMs)
        })
      },
      Math.max(0, atMs - Date.now()),
    )
  }

  async #scrapeOnce(): Promise<void> {
    const startedMs = Date.now()
    const started = process.hrtime.bigint()
    let exposition: Exposition | undefined
    try {
      exposition = await this.#fetch()
      this.lastError = ''
    } catch (error) {
      this.lastError = reasonOf(error)
    }
    if (this.#abort.signal.aborted) return
    this.health = exposition === undefined ? 'down' : 'up'
    this.lastScrapeMs = startedMs
    this.lastDurationSeconds = Number(process.hrtime.bigint() - started) / 1e9
    const samples = exposition?.samples ?? []
    const batch = this.#series.batch(exposition?.samples, startedMs)
    const values: Record<(typeof REPORTS)[number], number> = {
      up: exposition === undefined ? 0 : 1,
      scrape_duration_seconds: this.lastDurationSeconds,
      scrape_samples_scraped: samples.length,
      scrape_samples_post_metric_relabeling: samples.length - batch.relabelledAway,
      scrape_series_added: batch.added,
    }
    const reports = REPORTS.map((name) => this.#series.report(name, values[name], startedMs))
    this.#options.accept({
      series: [...batch.series, ...reports],
      metadata: exposition?.metadata ?? [],
      relabelledAway: batch.relabelledAway,
      duplicates: batch.duplicates,
    })
  }

  async #fetch(): Promise<Exposition> {
    const { config, target, timeoutMs } = this.#options
    const answer = await httpRequest({
      url: target.url,
      method: 'GET',
      headers: {
        ...config.headers,
        accept: SCRAPE_ACCEPT,
        'accept-encoding': 'gzip',
        'user-agent': 'playground-agent',
        'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
      },
      timeoutMs,
      maxAnswerBytes: config.body_size_limit > 0 ? config.body_size_limit : DEFAULT_BODY_LIMIT_BYTES,
      signal: this.#abort.signal,
    })
    if (answer.status !== 200) throw new Error(`server returned HTTP status ${answer.status}`)
    const exposition = parseExposition(answer.body.toString('utf8'), answer.headers['content-type'] ?? 'text/plain')
    if (config.sample_limit > 0 && exposition.samples.length > config.sample_limit) {
      throw new Error(`${exposition.samples.length} samples exceed sample_limit ${config.sample_limit}`)
    }
    return exposition
  }
}
