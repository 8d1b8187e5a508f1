import type { IncomingHttpHeaders } from 'node:http'

/** What a refused request is told: which header, and what would have been accepted. */
export interface Refusal {
  header: 'host' | 'origin' | 'sec-fetch-site'
  detail: string
}

export type HostGuard = (request: { headers: IncomingHttpHeaders; url?: string | undefined }) => Refusal | undefined

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * A page on another site can point its own name at 127.0.0.1 (DNS rebinding) or post here with the visitor's browser; either
 * would reach services that listen on loopback because they have no other protection. So `Host` must be a loopback name, an
 * `Origin`, where one is sent, must be this very page, and another site may not embed an API answer.
 */
export function createHostGuard(allowedHosts: readonly string[]): HostGuard {
  const allowed = new Set([...loopbackNames, ...allowedHosts])
  return ({ headers, url = '/' }) => {
    const host = headers.host?.toLowerCase() ?? ''
    const name = host.replace(/:\d+$/, '')
    if (!allowed.has(name)) {
      return { header: 'host', detail: `Host "${headers.host ?? ''}" is not one of ${[...allowed].join(', ')}` }
    }
    const origin = headers.origin?.toLowerCase()
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      return { header: 'origin', detail: `Origin "${headers.origin}" is not this console (${host})` }
    }
    if (url.startsWith('/api/') && headers['sec-fetch-site'] === 'cross-site') {
      return { header: 'sec-fetch-site', detail: 'another site may not read or embed the lab’s APIs' }
    }
    return undefined
  }
}
