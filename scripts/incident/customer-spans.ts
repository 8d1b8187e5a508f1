// The root span of each customer, so that a trace of a run begins where its id was made. Sent as any SDK would: OTLP over HTTP.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './customers.ts'

const SEND_TIMEOUT_MS = 5_000
const RETRY_MS = 250
const CLIENT = 3
const ERROR = 2

/** Keeps what the agent has not taken yet: it may be the one that is down. */
export class CustomerSpans {
  readonly #otlpUrl: string
  readonly #runId: string
  #kept: Answer[] = []

  constructor(otlpUrl: string, runId: string) {
    this.#otlpUrl = otlpUrl
    this.#runId = runId
  }

  add(answers: readonly Answer[]): void {
    this.#kept.push(...answers)
  }

  /** False: the agent has not taken them within the time; they are kept. */
  async flush(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + timeoutMs
    while (this.#kept.length > 0) {
      if (await this.#send()) break
      if (Date.now() > deadline) return false
      await sleep(RETRY_MS, undefined, signal && { signal })
    }
    return true
  }

  async #send(): Promise<boolean> {
    const sending = this.#kept
    const response = await fetch(`${this.#otlpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exportRequest(this.#runId, sending)),
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    }).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.status !== 200) return false
    this.#kept = this.#kept.slice(sending.length)
    return true
  }
}

function exportRequest(runId: string, answers: readonly Answer[]) {
  const resource = { 'service.name': 'customers', 'service.namespace': 'playground' }
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes(resource) },
        scopeSpans: [{ scope: { name: 'playground.incident' }, spans: answers.map((answer) => span(runId, answer)) }],
      },
    ],
  }
}

function span(runId: string, { request, status, body, sentAtMs, durationMs }: Answer) {
  const failed = status === 0 || status >= 500
  return {
    traceId: request.traceId,
    spanId: request.spanId,
    name: `${request.method} ${request.path}`,
    kind: CLIENT,
    startTimeUnixNano: String(BigInt(sentAtMs) * 1_000_000n),
    endTimeUnixNano: String(BigInt(sentAtMs) * 1_000_000n + BigInt(Math.round(durationMs * 1e6))),
    attributes: attributes({
      'http.request.method': request.method,
      'url.path': request.path,
      'playground.run': runId,
      'playground.phase': request.phase,
      'playground.request': request.number,
      ...(status > 0 && { 'http.response.status_code': status }),
      ...(failed && { 'error.type': status === 0 ? body : String(status) }),
    }),
    status: failed ? { code: ERROR } : {},
  }
}

function attributes(values: Record<string, string | number>) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }))
}
