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

/** Measures every request of the app, and writes its line when it is answered. Register after tracing. */
export function measureRequests(app: FastifyInstance): void {
  const started = new WeakMap<object, { at: number; traceIds: Record<string, string> }>()
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
