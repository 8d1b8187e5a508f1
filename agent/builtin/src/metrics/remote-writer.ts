// One remote_write endpoint: remote write 1.0 from the WAL, exemplars and metadata included.
import {
  decodeWriteV1,
  encodeWriteV1,
  WRITE_V1_CONTENT_TYPE,
  type MetricMetadata,
  type WriteRequest,
} from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import type { RemoteWriteConfig } from '../config/metrics-schema.ts'
import { reasonOf } from '../log.ts'
import { retryAfterMs } from '../net/backoff.ts'
import { httpRequest, type HttpAnswer } from '../net/http-request.ts'
import type { SendOutcome } from '../net/send-outcome.ts'
import type { QueuedEntry } from '../queue/disk-queue.ts'
import { relabel } from './relabel.ts'

function outcomeOf(answer: HttpAnswer, retryOn429: boolean): SendOutcome {
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const message = `HTTP ${status}: ${answer.body.toString('utf8', 0, 300).trim()}`
  if (status >= 500 || (status === 429 && retryOn429)) {
    return { kind: 'retry', message, afterMs: retryAfterMs(answer.headers['retry-after']) }
  }
  return { kind: 'refused', reason: `http_${status}`, message }
}

export class RemoteWriter {
  readonly #config: RemoteWriteConfig

  constructor(config: RemoteWriteConfig) {
    this.#config = config
  }

  async send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendOutcome> {
    // A WriteRequest is only repeated fields, so encoded requests merge by concatenation.
    const merged = Buffer.concat(entries.map((entry) => entry.body))
    const items = entries.reduce((sum, entry) => sum + entry.items, 0)
    if (!this.#mustRewrite) return this.#post(merged, signal)
    const kept = this.#rewrite(decodeWriteV1(merged))
    const keptItems = kept.series.reduce((sum, series) => sum + series.samples.length, 0)
    const outcome: SendOutcome =
      kept.series.length === 0 ? { kind: 'sent' } : await this.#post(encodeWriteV1(kept), signal)
    return outcome.kind === 'sent'
      ? { kind: 'sent', rejectedItems: items - keptItems, rejectedReason: 'write_relabel_configs' }
      : outcome
  }

  /** TYPE and HELP go in requests of their own. */
  async sendMetadata(metadata: readonly MetricMetadata[], signal: AbortSignal): Promise<SendOutcome> {
    return this.#post(encodeWriteV1({ series: [], metadata: [...metadata] }), signal)
  }

  get #mustRewrite(): boolean {
    return this.#config.write_relabel_configs.length > 0 || !this.#config.send_exemplars
  }

  #rewrite(request: WriteRequest): WriteRequest {
    const { write_relabel_configs: rules, send_exemplars: sendsExemplars } = this.#config
    const series: WriteRequest['series'] = []
    for (const one of request.series) {
      const labels = rules.length === 0 ? one.labels : relabel(new Map(one.labels), rules)
      if (labels === undefined) continue
      const pairs = [...labels].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      series.push({ ...one, labels: pairs, exemplars: sendsExemplars ? one.exemplars : [] })
    }
    return { series, metadata: request.metadata }
  }

  async #post(body: Uint8Array, signal: AbortSignal): Promise<SendOutcome> {
    try {
      const answer = await httpRequest({
        url: this.#config.url,
        method: 'POST',
        headers: {
          'user-agent': 'playground-agent',
          ...this.#config.headers,
          'content-type': WRITE_V1_CONTENT_TYPE,
          'content-encoding': 'snappy',
          'x-prometheus-remote-write-version': '0.1.0',
        },
        body: snappyEncode(body),
        timeoutMs: this.#config.remote_timeout,
        maxAnswerBytes: 64 * 1024,
        signal,
      })
      return outcomeOf(answer, this.#config.queue_config.retry_on_http_429)
    } catch (error) {
      return { kind: 'retry', message: reasonOf(error) }
    }
  }
}
