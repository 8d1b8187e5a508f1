import { performance } from 'node:perf_hooks'
import { context } from '@opentelemetry/api'
import { errorType } from './error-fields.ts'
import { ExemplarHistogram } from './metrics.ts'
import { Problem, problemContentType } from './problem.ts'
import type { ProblemOptions } from './problem.ts'
import { httpDurationBuckets, metricNames } from './semconv.ts'
import { withUrlTemplate } from './tracing.ts'

const duration = new ExemplarHistogram({
  name: metricNames.httpClientDuration,
  help: 'Duration of HTTP client requests.',
  labels: [
    'http_request_method',
    'server_address',
    'server_port',
    'url_template',
    'http_response_status_code',
    'error_type',
  ],
  buckets: httpDurationBuckets,
})

export interface HttpClientOptions {
  /** The service that is called, as messages name it. */
  peer: string
  baseUrl: string
  timeoutMs: number
}

export interface HttpCall {
  method: 'GET' | 'POST' | 'DELETE'
  /** Route of the callee: `/orders/:id`; names the span and the metric. */
  template: string
  params?: Record<string, string>
  headers?: Record<string, string>
  body?: unknown
  /** Instead of the client's own. */
  timeoutMs?: number
}

/** Calls one other service. An answer that is no 2xx is thrown as a Problem: the callee's own where it sent one. */
export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #labels: { server_address: string; server_port: string }

  constructor(options: HttpClientOptions) {
    this.#options = options
    const { hostname, port } = new URL(options.baseUrl)
    this.#labels = { server_address: hostname, server_port: port }
  }

  async call({ method, template, params = {}, headers = {}, body, ...call }: HttpCall): Promise<unknown> {
    const { peer, baseUrl } = this.#options
    const timeoutMs = call.timeoutMs ?? this.#options.timeoutMs
    const path = template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
    const start = performance.now()
    let status = ''
    let failure = ''
    try {
      const response = await context.with(withUrlTemplate(template), () =>
        fetch(`${baseUrl}${path}`, {
          method,
          signal: AbortSignal.timeout(timeoutMs),
          ...(body === undefined
            ? { headers }
            : { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }),
        }),
      )
      status = String(response.status)
      const text = await response.text()
      const answer: unknown = text === '' ? undefined : JSON.parse(text)
      if (response.ok) return answer
      failure = status
      throw upstreamProblem(peer, response, answer)
    } catch (error) {
      if (error instanceof Problem) throw error
      failure = errorType(error instanceof Error && error.cause instanceof Error ? error.cause : error)
      throw unreachable(peer, timeoutMs, error)
    } finally {
      const seconds = (performance.now() - start) / 1e3
      const labels = {
        http_request_method: method,
        url_template: template,
        http_response_status_code: status,
        error_type: failure,
      }
      duration.observe({ ...this.#labels, ...labels }, seconds)
    }
  }
}

/** A problem another service answered with. It travels on to the client as it is; a log line says whose it was. */
export class UpstreamProblem extends Problem {
  override readonly name = 'UpstreamProblem'
  readonly peer: string
  constructor(peer: string, options: ProblemOptions) {
    super(options)
    this.peer = peer
  }
}

function upstreamProblem(peer: string, response: Response, answer: unknown): UpstreamProblem {
  const fields: Record<string, unknown> = typeof answer === 'object' && answer !== null ? { ...answer } : {}
  const isProblem = response.headers.get('content-type')?.startsWith(problemContentType) ?? false
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new UpstreamProblem(peer, {
    status: response.status,
    kind: isProblem ? String(fields['type']).replace(/^urn:playground:problem:/, '') : 'upstream',
    title: isProblem ? String(fields['title']) : `${peer} failed`,
    detail: isProblem ? String(fields['detail']) : `${peer} answered ${response.status}`,
    ...(Number.isNaN(retryAfter) ? {} : { retryAfterSeconds: retryAfter }),
  })
}

function unreachable(peer: string, timeoutMs: number, error: unknown): Problem {
  if (error instanceof SyntaxError) {
    return new Problem({
      status: 502,
      kind: 'upstream-unreadable',
      title: `${peer} answered no JSON`,
      detail: `${peer} answered no JSON: ${error.message}`,
      cause: error,
    })
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new Problem({
      status: 504,
      kind: 'upstream-timeout',
      title: `${peer} is too slow`,
      detail: `${peer} did not answer within ${timeoutMs} ms`,
      retryAfterSeconds: 1,
      cause: error,
    })
  }
  const reason =
    error instanceof Error && error.cause instanceof Error
      ? error.cause.message || errorType(error.cause)
      : String(error)
  return new Problem({
    status: 503,
    kind: 'upstream-unreachable',
    title: `${peer} is not reachable`,
    detail: `${peer} is not reachable: ${reason}`,
    retryAfterSeconds: 1,
    cause: error,
  })
}
