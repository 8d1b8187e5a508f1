// One entry of traces.configs: OTLP receivers → queue on disk → batches → remote_write endpoints.
// A span is acknowledged once it is in the queue, so a kill -9 loses none that was; a full queue refuses, and the sender keeps it.
import { join } from 'node:path'
import type { Ledger } from '../accounting/ledger.ts'
import type { Registry } from '../accounting/registry.ts'
import type { TraceRemoteWriteConfig, TracesInstanceConfig } from '../config/traces-schema.ts'
import { reasonOf, type Logger } from '../log.ts'
import type { AddressGuard } from '../net/address-guard.ts'
import { DiskQueue } from '../queue/disk-queue.ts'
import { QueueSender } from '../queue/queue-sender.ts'
import type { ExportRequest } from './export-request.ts'
import { createGrpcExporter } from './grpc-exporter.ts'
import { createHttpExporter } from './http-exporter.ts'
import { startGrpcReceiver, type StartedReceiver } from './otlp-grpc-receiver.ts'
import { startHttpReceiver } from './otlp-http-receiver.ts'
import type { TraceExporter } from './trace-exporter.ts'
import type { IntakeAnswer } from './trace-intake.ts'

export interface TracesInstanceOptions {
  readonly config: TracesInstanceConfig
  readonly queueDirectory: string
  readonly maxQueueBytes: number
  readonly registry: Registry
  readonly guard: AddressGuard
  readonly logger: Logger
}

const RETRY_WHEN_FULL_MS = 1000

export class TracesInstance {
  readonly #options: TracesInstanceOptions
  readonly #queue: DiskQueue
  readonly #maxEntries: number
  readonly #ledgers: Ledger[] = []
  readonly #senders: QueueSender[] = []
  readonly #exporters: TraceExporter[] = []
  readonly #receivers: StartedReceiver[] = []

  constructor(options: TracesInstanceOptions) {
    this.#options = options
    const { config, queueDirectory } = options
    const readers = config.remote_write.map((endpoint) => endpoint.endpoint)
    this.#queue = new DiskQueue({
      path: join(queueDirectory, encodeURIComponent(config.name), 'queue.sqlite'),
      readers,
    })
    this.#maxEntries = Math.min(...config.remote_write.map((endpoint) => endpoint.sending_queue.queue_size))
    for (const endpoint of config.remote_write) this.#addEndpoint(endpoint)
  }

  get addresses(): readonly string[] {
    return this.#receivers.map((receiver) => receiver.address)
  }

  async start(): Promise<void> {
    for (const sender of this.#senders) sender.start()
    const where = `traces.configs[${this.#options.config.name}].receivers.otlp.protocols`
    const { grpc, http } = this.#options.config.receivers.otlp.protocols
    const intake = (request: ExportRequest): IntakeAnswer => this.#accept(request)
    if (grpc !== undefined) {
      const maxMessageBytes = grpc.max_recv_msg_size_mib * 1024 * 1024
      this.#receivers.push(
        await startGrpcReceiver({
          endpoint: grpc.endpoint,
          setting: `${where}.grpc.endpoint`,
          maxMessageBytes,
          guard: this.#options.guard,
          intake,
        }),
      )
    }
    if (http !== undefined) {
      const { endpoint, max_request_body_size: maxBodyBytes } = http
      this.#receivers.push(
        await startHttpReceiver({
          endpoint,
          setting: `${where}.http.endpoint`,
          maxBodyBytes,
          guard: this.#options.guard,
          intake,
        }),
      )
    }
  }

  async stopReceiving(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.close()))
  }

  async drain(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.drain(signal)))
    for (const exporter of this.#exporters) exporter.close()
    this.#queue.close()
  }

  #addEndpoint(endpoint: TraceRemoteWriteConfig): void {
    const { config, registry, logger } = this.#options
    const reader = endpoint.endpoint
    const ledger = registry.ledger('traces', `${config.name}/${reader}`)
    ledger.restored(this.#queue.itemsLeft(reader))
    ledger.counts(() => this.#queue.itemsLeft(reader))
    this.#ledgers.push(ledger)
    const exporter = endpoint.protocol === 'grpc' ? createGrpcExporter(endpoint) : createHttpExporter(endpoint)
    this.#exporters.push(exporter)
    const { retry_on_failure: retry } = endpoint
    this.#senders.push(
      new QueueSender({
        queue: this.#queue,
        reader,
        ledger,
        logger,
        batchWaitMs: config.batch?.timeout ?? 0,
        batchItems: config.batch?.send_batch_max_size || config.batch?.send_batch_size || 8192,
        backoff: { minMs: retry.initial_interval, maxMs: retry.max_interval },
        // With retries off, the first failure is the last.
        maxElapsedMs: retry.enabled ? retry.max_elapsed_time : Number.MIN_VALUE,
        maxAgeMs: 0,
        // An ExportTraceServiceRequest is one repeated field, so encoded requests merge by concatenation.
        send: (entries, signal) => exporter.send(Buffer.concat(entries.map((entry) => entry.body)), signal),
      }),
    )
  }

  #accept(request: ExportRequest): IntakeAnswer {
    const { registry, maxQueueBytes, logger, config } = this.#options
    const refuse = (reason: string, message: string): IntakeAnswer => {
      registry.add(
        'playground_agent_refused_items_total',
        'Items not taken: their sender was told to keep them and come back.',
        { signal: 'traces', config: config.name, reason },
        request.spans,
      )
      return { kind: 'full', retryMs: RETRY_WHEN_FULL_MS, message }
    }
    if (this.#queue.entries >= this.#maxEntries || this.#queue.sizeBytes >= maxQueueBytes) {
      return refuse('queue_full', `the queue is full (${this.#queue.entries} requests, ${this.#queue.sizeBytes} bytes)`)
    }
    if (request.spans > 0) {
      try {
        this.#queue.append(request.body, request.spans)
      } catch (error) {
        logger.error('cannot write the trace queue', { error: reasonOf(error) })
        return refuse('queue_write_failed', 'the queue on disk cannot be written')
      }
    }
    for (const ledger of this.#ledgers) {
      ledger.received(request.spans + request.rejectedSpans)
      ledger.dropped('invalid_span_id', request.rejectedSpans)
    }
    for (const sender of this.#senders) sender.notify()
    return { kind: 'accepted' }
  }
}
