/** Hands what a receiver took on to the embedded stores, so that a test can ask them. */
import type { Backend } from '@playground/backend'
import type { RequestKind } from '../backends/decode-request.ts'

export function forwardTo(
  stores: Backend,
): (kind: RequestKind, contentType: string, body: Uint8Array) => Promise<undefined> {
  const urls: Record<RequestKind, string> = {
    'otlp-traces': `${stores.otlpHttpUrl}/v1/traces`,
    'otlp-logs': `${stores.lokiUrl}/otlp/v1/logs`,
    'otlp-metrics': `${stores.prometheusUrl}/api/v1/otlp/v1/metrics`,
    'loki-push': `${stores.lokiUrl}/loki/api/v1/push`,
    'remote-write': `${stores.prometheusUrl}/api/v1/write`,
  }
  return async (kind, contentType, body) => {
    const headers: Record<string, string> = { 'content-type': contentType }
    if (kind === 'remote-write') headers['content-encoding'] = 'snappy'
    const response = await fetch(urls[kind], { method: 'POST', headers, body: Buffer.from(body) })
    if (!response.ok)
      throw new Error(`${kind}: the store answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
    await response.arrayBuffer()
  }
}
