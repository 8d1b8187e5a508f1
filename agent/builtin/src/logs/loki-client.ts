// One entry of `clients`: collects entries into batches and pushes them in order, one request at a time.
import { encodePushProto, renderSelector, type PushEntry } from '@playground/protocol/loki-push'
import { snappyEncode } from '@playground/protocol/snappy'
import type { Ledger } from '../accounting/ledger.ts'
import type { LokiClientConfig } from '../config/logs-schema.ts'
import { reasonOf, type Logger } from '../log.ts'
import { Backoff, pause, retryAfterMs } from '../net/backoff.ts'
import { httpRequest } from '../net/http-request.ts'
import { RetryLog } from '../net/retry-log.ts'
import type { SendOutcome } from '../net/send-outcome.ts'
import type { LineOrigin, LogEntry } from './log-entry.ts'

class Batch {
  readonly streams = new Map<string, PushEntry[]>()
  readonly origins: LineOrigin[] = []
  sizeBytes = 0
  readonly startedMs = Date.now()

  add(selector: string, entry: LogEntry): void {
    let entries = this.streams.get(selector)
    if (entries === undefined) this.streams.set(selector, (entries = []))
    entries.push({
      timestampUnixNano: entry.timestampUnixNano,
      line: entry.line,
      structuredMetadata: entry.metadata,
    })
    for (const origin of entry.origins) this.origins.push(origin)
    this.sizeBytes += entry.line.length + 16
  }

  encode(): Uint8Array {
    const streams = [...this.streams].map(([labels, entries]) => ({ labels, entries }))
    return snappyEncode(encodePushProto({ streams }))
  }
}

export interface LokiClientOptions {
  readonly config: LokiClientConfig
  readonly ledger: Ledger
  readonly logger: Logger
  /** A batch left: there is room again. */
  readonly onRoom: () => void
}

export class LokiClient {
  readonly #options: LokiClientOptions
  readonly #abort = new AbortController()
  readonly #retryLog: RetryLog
  #filling = new Batch()
  #sending: Batch | undefined
  #timer: NodeJS.Timeout | undefined
  #isDraining = false
  #idle: () => void = () => {}

  constructor(options: LokiClientOptions) {
    this.#options = options
    this.#retryLog = new RetryLog(options.logger, options.ledger.destination)
    options.ledger.counts(() => this.#filling.origins.length + (this.#sending?.origins.length ?? 0))
  }

  /** At most one batch is being sent and one filled: that bounds memory while Loki is down. */
  get hasRoom(): boolean {
    return this.#sending === undefined || this.#filling.sizeBytes < this.#options.config.batchsize
  }

  add(entry: LogEntry): void {
    const { config } = this.#options
    const labels = [...entry.labels].filter(([name]) => !name.startsWith('__'))
    for (const [name, value] of config.external_labels) if (!entry.labels.has(name)) labels.push([name, value])
    this.#filling.add(renderSelector(labels.toSorted(([a], [b]) => (a < b ? -1 : 1))), entry)
    if (this.#filling.sizeBytes >= config.batchsize) this.#sendNow()
    else this.#timer ??= setTimeout(() => this.#sendNow(), config.batchwait)
  }

  /** Sends what it holds; gives up when `signal` aborts (the lines are read again after a restart). */
  async drain(signal: AbortSignal): Promise<void> {
    this.#isDraining = true
    if (signal.aborted) this.#abort.abort()
    signal.addEventListener('abort', () => this.#abort.abort(), { once: true })
    this.#sendNow()
    if (this.#sending === undefined) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }

  #sendNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#sending !== undefined || this.#filling.origins.length === 0) return
    const batch = this.#filling
    this.#filling = new Batch()
    this.#sending = batch
    void this.#deliver(batch).then(() => this.#next())
  }

  #next(): void {
    const { config, onRoom } = this.#options
    if (this.#abort.signal.aborted) {
      this.#idle()
      return
    }
    if (this.#filling.origins.length > 0) {
      const waitedMs = Date.now() - this.#filling.startedMs
      const isDue = this.#isDraining || this.#filling.sizeBytes >= config.batchsize || waitedMs >= config.batchwait
      if (isDue) this.#sendNow()
      else this.#timer ??= setTimeout(() => this.#sendNow(), config.batchwait - waitedMs)
    } else if (this.#isDraining) this.#idle()
    onRoom()
  }

  async #deliver(batch: Batch): Promise<void> {
    const { config, ledger, logger } = this.#options
    const { min_period: minMs, max_period: maxMs, max_retries: maxRetries } = config.backoff_config
    const backoff = new Backoff({ minMs, maxMs })
    const body = batch.encode()
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#push(body)
      if (outcome.kind === 'sent') this.#retryLog.succeeded()
      if (outcome.kind === 'sent') return this.#settle(batch, () => ledger.sent(batch.origins.length))
      if (outcome.kind === 'refused') {
        logger.error('Loki refused a batch for good; dropped', {
          destination: ledger.destination,
          lines: batch.origins.length,
          error: outcome.message,
        })
        return this.#settle(batch, () => ledger.dropped(outcome.reason, batch.origins.length))
      }
      if (this.#abort.signal.aborted) return
      // 0 retries for ever, as in dskit's backoff.
      if (maxRetries > 0 && attempt >= maxRetries) {
        logger.error('final error sending batch; dropped', {
          destination: ledger.destination,
          lines: batch.origins.length,
          error: outcome.message,
        })
        return this.#settle(batch, () => ledger.dropped('retries_exhausted', batch.origins.length))
      }
      const waitMs = Math.max(outcome.afterMs ?? 0, backoff.nextMs())
      this.#retryLog.failed(outcome.message, waitMs)
      if (!(await pause(waitMs, this.#abort.signal))) return
    }
  }

  /** The books and the files' progress move in one step with the end of the batch. */
  #settle(batch: Batch, book: () => void): void {
    book()
    for (const { progress, startOffset } of batch.origins) progress.settled(startOffset)
    this.#sending = undefined
  }

  async #push(body: Uint8Array): Promise<SendOutcome> {
    const { config } = this.#options
    try {
      const answer = await httpRequest({
        url: config.url,
        method: 'POST',
        headers: { 'user-agent': 'playground-agent', ...config.headers, 'content-type': 'application/x-protobuf' },
        body,
        timeoutMs: config.timeout,
        maxAnswerBytes: 64 * 1024,
        signal: this.#abort.signal,
      })
      if (answer.status >= 200 && answer.status < 300) return { kind: 'sent' }
      const message = `HTTP ${answer.status}: ${answer.body.toString('utf8', 0, 300).trim()}`
      if (answer.status >= 500 || (answer.status === 429 && !config.drop_rate_limited_batches)) {
        return { kind: 'retry', message, afterMs: retryAfterMs(answer.headers['retry-after']) }
      }
      return { kind: 'refused', reason: `http_${answer.status}`, message }
    } catch (error) {
      return { kind: 'retry', message: reasonOf(error) }
    }
  }
}
