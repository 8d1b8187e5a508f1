// One outgoing HTTP request with a deadline and a bounded answer, on node:http (no undici: its pool costs 8 MB here).
import http from 'node:http'
import https from 'node:https'
import { createGunzip } from 'node:zlib'

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

export interface HttpRequestOptions {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly timeoutMs: number
  readonly maxAnswerBytes: number
  readonly signal?: AbortSignal | undefined
  readonly rejectUnauthorized?: boolean
}

// Idle sockets are closed after 4 s: below Node's own server default of 5 s, so a request never meets a socket being closed.
const agentOptions = { keepAlive: true, timeout: 4000, maxSockets: 16 }
const plain = new http.Agent(agentOptions)
const secure = new https.Agent(agentOptions)

export function httpRequest(options: HttpRequestOptions): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const isSecure = options.url.protocol === 'https:'
    const deadline = AbortSignal.timeout(options.timeoutMs)
    const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline])
    const fail = (error: Error): void =>
      reject(
        deadline.aborted && options.signal?.aborted !== true
          ? new Error(`no answer within ${options.timeoutMs} ms`, { cause: undefined })
          : error,
      )
    const request = (isSecure ? https : http).request(
      options.url,
      {
        method: options.method,
        headers: {
          ...options.headers,
          ...(options.body === undefined ? {} : { 'content-length': String(options.body.byteLength) }),
        },
        agent: isSecure ? secure : plain,
        signal,
        ...(options.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: options.rejectUnauthorized }),
      },
      (response) => {
        const isGzip = response.headers['content-encoding'] === 'gzip'
        const stream = isGzip ? response.pipe(createGunzip()) : response
        const chunks: Buffer[] = []
        let sizeBytes = 0
        response.on('error', fail)
        stream.on('error', fail)
        stream.on('data', (chunk: Buffer) => {
          sizeBytes += chunk.length
          if (sizeBytes <= options.maxAnswerBytes) chunks.push(chunk)
          else {
            reject(new Error(`answer is larger than ${options.maxAnswerBytes} bytes`))
            // Without the error: a socket that is already free again has no listener for it.
            request.destroy()
          }
        })
        stream.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        )
      },
    )
    request.on('error', fail)
    request.end(options.body)
  })
}
