/**
 * Streams one request to an upstream and its answer back, without buffering either. Owns hop-by-hop headers, deadlines and
 * the tail's WebSocket; knows nothing of what the APIs mean.
 */
import http from 'node:http'
import https from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
// The upstreams guard themselves against foreign pages; from here on the request is the console's own.
const browserOnly = new Set([
  'origin',
  'referer',
  'cookie',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
  'sec-fetch-user',
])

function forwardedHeaders(headers: IncomingHttpHeaders, target: URL): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    if (!hopByHop.has(name) && !browserOnly.has(name)) kept[name] = value
  }
  return { ...kept, host: target.host }
}

/** A browser's WebSocket cannot send headers, so the page names the tenant in this parameter and it leaves as `X-Scope-OrgID`. */
const tenantParameter = 'x-scope-orgid'

/** `http://loki:3100/prefix` + `/api/v1/x?a=b` → `http://loki:3100/prefix/api/v1/x?a=b`. */
export function targetUrl(upstream: URL, pathAndQuery: string): URL {
  return new URL(upstream.href.replace(/\/$/, '') + pathAndQuery)
}

export interface UpstreamProxy {
  /** Answers `response`; resolves when the answer has been handed over or the client has gone. */
  forward(request: IncomingMessage, response: ServerResponse, target: URL): Promise<void>
  /** Tunnels a WebSocket. `signal` ends every open tunnel at shutdown; errors of `socket` are the caller's to listen for. */
  tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, target: URL, signal: AbortSignal): void
  close(): void
}

export function createUpstreamProxy(options: { timeoutMs: number }): UpstreamProxy {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) }
  const open = (target: URL, requestOptions: http.RequestOptions) =>
    target.protocol === 'https:'
      ? https.request(target, { ...requestOptions, agent: agents['https:'] })
      : http.request(target, { ...requestOptions, agent: agents['http:'] })

  return {
    forward(request, response, target) {
      return new Promise((resolve) => {
        const outgoing = open(target, { method: request.method, headers: forwardedHeaders(request.headers, target) })
        const deadline = setTimeout(() => {
          outgoing.destroy(new Error(`no answer within ${options.timeoutMs} ms`))
        }, options.timeoutMs)
        // A query whose reader has gone should stop costing the store.
        response.once('close', () => outgoing.destroy())
        outgoing.once('response', (incoming) => {
          clearTimeout(deadline)
          const headers = Object.entries(incoming.headers).filter(([name]) => !hopByHop.has(name))
          response.writeHead(incoming.statusCode ?? 502, Object.fromEntries(headers))
          pipeline(incoming, response, () => resolve())
        })
        outgoing.once('error', (error) => {
          clearTimeout(deadline)
          if (!response.headersSent && !response.destroyed) answerUnreachable(response, target, error)
          resolve()
        })
        outgoing.once('close', resolve)
        pipeline(request, outgoing, () => {})
      })
    },

    tunnel(request, socket, head, target, signal) {
      const headers = forwardedHeaders(request.headers, target)
      const tenant = target.searchParams.get(tenantParameter)
      if (tenant !== null) {
        target.searchParams.delete(tenantParameter)
        headers['x-scope-orgid'] = tenant
      }
      const outgoing = open(target, {
        method: 'GET',
        headers: { ...headers, connection: 'Upgrade', upgrade: 'websocket' },
        timeout: options.timeoutMs,
        signal,
      })
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${options.timeoutMs} ms`)))
      outgoing.once('upgrade', (answer, upstream, upstreamHead) => {
        upstream.setTimeout(0)
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${rawHeaders(answer)}\r\n`)
        socket.write(upstreamHead)
        upstream.write(head)
        const end = () => {
          socket.destroy()
          upstream.destroy()
        }
        signal.addEventListener('abort', end, { once: true })
        pipeline(socket, upstream, socket, () => {
          signal.removeEventListener('abort', end)
          end()
        })
      })
      outgoing.once('response', (answer) => {
        socket.write(
          `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nconnection: close\r\n${rawHeaders(answer, hopByHop)}\r\n`,
        )
        pipeline(answer, socket, () => socket.destroy())
      })
      outgoing.once('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n'))
      socket.once('close', () => outgoing.destroy())
      outgoing.end()
    },

    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

function rawHeaders(answer: IncomingMessage, except: ReadonlySet<string> = new Set()): string {
  let text = ''
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? ''
    if (!except.has(name.toLowerCase())) text += `${name}: ${answer.rawHeaders[index + 1] ?? ''}\r\n`
  }
  return text
}

function answerUnreachable(response: ServerResponse, target: URL, error: Error): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const reason = code === 'ECONNREFUSED' ? 'nothing listens there' : error.message
  const body = JSON.stringify({
    type: 'about:blank',
    title: 'Upstream unreachable',
    status: 502,
    detail: `${target.origin}: ${reason}`,
  })
  response.writeHead(502, { 'content-type': 'application/problem+json' })
  response.end(body)
}
