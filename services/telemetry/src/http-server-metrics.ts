import { performance } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { activeTraceIds } from './active-trace-ids.ts'
import { ExemplarHistogram } from './metrics.ts'
import { httpDurationBuckets, metricNames } from './semconv.ts'

const duration = new ExemplarHistogram({
  name: metricNames.httpServerDuration,
  help: 'Duration of HTTP server requests.',
  labels: ['http_request_method', 'http_route', 'http_response_status_code'],
  buckets: httpDurationBuckets,
})

/** What a customer's request fails with: a fault of our own, a dependency that refused, one that did not answer. */
const FAILURES = [500, 503, 504]

/** Measures every request of the app, and writes its line when it is answered. Register after tracing. */
export function measureRequests(app: FastifyInstance): void {
  const started = new WeakMap<object, { at: number; traceIds: Record<string, string> }>()
  // Only where something is asked to be done: the first failed checkout shall be seen as a rate, and pages are worth no series of zeros.
  app.addHook('onRoute', ({ method, url }) => {
    if (method !== 'POST') return
    for (const status of FAILURES)
      duration.startAtZero({ http_request_method: method, http_route: url, http_response_status_code: status })
  })
  app.addHook('onRequest', (request, _reply, done) => {
    // By the time of onResponse the request's span has ended and is no longer to be had.
    started.set(request, { at: performance.now(), traceIds: activeTraceIds() })
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const start = started.get(request)
    if (start !== undefined) {
      const seconds = (performance.now() - start.at) / 1e3
      // An unknown path is one series, whatever was asked for.
      const route = request.routeOptions.url ?? ''
      duration.observe(
        { http_request_method: request.method, http_route: route, http_response_status_code: reply.statusCode },
        seconds,
        start.traceIds,
      )
      const level = reply.statusCode < 500 ? 'info' : 'warn'
      request.log[level](
        {
          ...start.traceIds,
          'http.request.method': request.method,
          'http.route': route,
          'http.response.status_code': reply.statusCode,
          duration_ms: Math.round(seconds * 1e6) / 1e3,
        },
        'request completed',
      )
    }
    done()
  })
}
