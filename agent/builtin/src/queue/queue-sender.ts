// Moves entries from a disk queue to one backend: in order, one request at a time, retrying what is worth retrying.
import type { Ledger } from '../accounting/ledger.ts'
import { reasonOf, type Logger } from '../log.ts'
import { Backoff, pause, type BackoffOptions } from '../net/backoff.ts'
import { RetryLog } from '../net/retry-log.ts'
import type { SendOutcome } from '../net/send-outcome.ts'
import type { DiskQueue, QueuedEntry } from './disk-queue.ts'

export interface QueueSenderOptions {
  readonly queue: DiskQueue
  readonly reader: string
  readonly ledger: Ledger
  readonly logger: Logger
  /** How long a batch may wait to fill; it goes at once when it holds `batchItems`. */
  readonly batchWaitMs: number
  readonly batchItems: number
  readonly backoff: BackoffOptions
  /** Give up on a batch after this long; 0 keeps trying. */
  readonly maxElapsedMs: number
  /** Entries older than this are dropped unsent; 0 keeps them. */
  readonly maxAgeMs: number
  /** Must not throw. */
  readonly send: (entries: readonly QueuedEntry[], signal: AbortSignal) => Promise<SendOutcome>
}

// A batch is assembled from at most this many entries: it bounds what one request holds in memory.
const MAX_ENTRIES_PER_BATCH = 256
const DISK_RETRY_MS = 1000
// gRPC servers take 4 MiB by default.
const MAX_BYTES_PER_BATCH = 3.5 * 1024 * 1024

export class QueueSender {
  readonly #options: QueueSenderOptions
  readonly #abort = new AbortController()
  readonly #retryLog: RetryLog
  #wake: () => void = () => {}
  #isDraining = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: QueueSenderOptions) {
    this.#options = options
    this.#retryLog = new RetryLog(options.logger, options.ledger.destination)
    // Once for all waits: a listener for each of them would stay on the signal for as long as the agent lives.
    this.#abort.signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Something was appended. */
  notify(): void {
    this.#wake()
  }

  /** Sends what is queued, without waiting for batches to fill, until empty or `signal` aborts; the rest stays on disk. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#isDraining = true
    signal.addEventListener('abort', () => this.#abort.abort(), { once: true })
    if (signal.aborted) this.#abort.abort()
    this.#wake()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      if (this.#left === 0) {
        if (this.#isDraining) return
        await this.#woken()
        continue
      }
      await this.#waitForBatch()
      try {
        const batch = this.#nextBatch()
        if (batch.length > 0) await this.#deliver(batch)
      } catch (error) {
        // The queue's disk failed (full, read-only): what is queued stays, and is tried again.
        this.#options.logger.error('cannot use the queue', {
          destination: this.#options.ledger.destination,
          error: reasonOf(error),
        })
        await pause(DISK_RETRY_MS, this.#abort.signal)
      }
    }
  }

  get #left(): number {
    return this.#options.queue.itemsLeft(this.#options.reader)
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => {}
        resolve()
      }
    })
  }

  async #waitForBatch(): Promise<void> {
    const { batchItems, batchWaitMs } = this.#options
    const deadline = Date.now() + batchWaitMs
    while (!this.#isDraining && this.#left < batchItems) {
      const leftMs = deadline - Date.now()
      if (leftMs <= 0) return
      const timer = new AbortController()
      await Promise.race([pause(leftMs, timer.signal), this.#woken()])
      timer.abort()
    }
  }

  #nextBatch(): QueuedEntry[] {
    const { queue, reader, batchItems, maxAgeMs, ledger } = this.#options
    const batch: QueuedEntry[] = []
    let items = 0
    let sizeBytes = 0
    for (const entry of queue.peek(reader, MAX_ENTRIES_PER_BATCH)) {
      if (maxAgeMs > 0 && batch.length === 0 && entry.atMs < Date.now() - maxAgeMs) {
        ledger.dropped('too_old', queue.take(reader, [entry]))
        continue
      }
      items += entry.items
      sizeBytes += entry.body.byteLength
      if (batch.length > 0 && (items > batchItems || sizeBytes > MAX_BYTES_PER_BATCH)) break
      batch.push(entry)
    }
    return batch
  }

  async #deliver(batch: readonly QueuedEntry[]): Promise<void> {
    const { queue, reader, ledger, logger, send, maxElapsedMs } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    const startedMs = Date.now()
    for (;;) {
      const outcome = await send(batch, this.#abort.signal)
      if (this.#abort.signal.aborted && outcome.kind === 'retry') return
      if (outcome.kind === 'sent') {
        this.#retryLog.succeeded()
        const taken = queue.take(reader, batch)
        const rejected = Math.min(taken, outcome.rejectedItems ?? 0)
        ledger.sent(taken - rejected)
        ledger.dropped(outcome.rejectedReason ?? 'rejected_by_backend', rejected)
        return
      }
      // The whole of it, as OTLP demands and Prometheus does: a server that answers 400 may have stored the good part, and would have it twice.
      if (outcome.kind === 'refused') {
        ledger.dropped(outcome.reason, queue.take(reader, batch))
        logger.error('backend refused a batch for good; dropped', {
          destination: ledger.destination,
          reason: outcome.reason,
          error: outcome.message,
        })
        return
      }
      if (maxElapsedMs > 0 && Date.now() - startedMs >= maxElapsedMs) {
        ledger.dropped('retries_exhausted', queue.take(reader, batch))
        logger.error('no delivery within the retry time; dropped', {
          destination: ledger.destination,
          error: outcome.message,
        })
        return
      }
      const waitMs = outcome.afterMs === undefined ? backoff.nextMs() : outcome.afterMs * (1 + Math.random() * 0.1)
      this.#retryLog.failed(outcome.message, waitMs)
      if (!(await pause(waitMs, this.#abort.signal))) return
    }
  }
}
