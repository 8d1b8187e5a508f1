import http from 'node:http'
import { rejectedOf } from '../faults/rpc-status.ts'
import type { OtlpClient, OtlpSignal, SendOutcome } from './exchange.ts'

/** OTLP/HTTP with protobuf bodies. It does not retry: what a collector refuses is the finding. */
export class OtlpHttpClient implements OtlpClient {
  readonly #url: string
  readonly #timeoutMs: number
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 8 })

  constructor(url: string, timeoutMs = 30_000) {
    this.#url = url
    this.#timeoutMs = timeoutMs
  }

  send(signal: OtlpSignal, body: Uint8Array): Promise<SendOutcome> {
    return new Promise((resolve) => {
      const refused = (reason: string): void => resolve({ kind: 'refused', reason })
      const request = http.request(
        `${this.#url}/v1/${signal}`,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length },
          timeout: this.#timeoutMs,
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', (error) => refused(error.message))
          response.on('end', () => {
            const answer = Buffer.concat(chunks)
            const { statusCode = 0 } = response
            if (statusCode >= 200 && statusCode < 300)
              return resolve({ kind: 'acknowledged', rejected: rejectedIn(answer) })
            const retryAfterS = Number(response.headers['retry-after'])
            resolve({
              kind: 'refused',
              reason: `HTTP ${statusCode}: ${answer
                .toString('latin1')
                .replace(/[^ -~]/g, '')
                .slice(0, 200)}`,
              ...(retryAfterS > 0 && { retryAfterMs: retryAfterS * 1000 }),
            })
          })
        },
      )
      request.on('timeout', () => request.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)))
      request.on('error', (error) => refused(error.message))
      request.end(body)
    })
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

/** An answer that is no protobuf still acknowledges. */
function rejectedIn(answer: Uint8Array): number {
  try {
    return rejectedOf(answer)
  } catch {
    return 0
  }
}
