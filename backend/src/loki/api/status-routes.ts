import type { FastifyInstance } from 'fastify'
import type { LokiContext } from './loki-context.ts'

/** The release whose behaviour this server follows; Grafana switches features by it. */
const version = '3.7.8'

export async function statusRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  const text = 'text/plain; charset=utf-8'
  app.get('/ready', (_request, reply) => reply.type(text).send('ready\n'))
  const buildInfo = () => ({
    version,
    revision: 'playground',
    branch: 'playground',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  })
  app.get('/loki/api/v1/status/buildinfo', buildInfo)
  app.get('/api/v1/status/buildinfo', buildInfo)
  app.get('/config', (_request, reply) => reply.type('text/plain; charset=utf-8').send(configText(context)))
  app.get('/services', (_request, reply) => reply.type(text).send('server => Running\nstore => Running\n'))
  app.get('/loki/api/v1/drilldown-limits', () => ({
    limits: {
      discover_log_levels: true,
      volume_enabled: true,
      max_query_series: context.limits.maxSeries,
      max_entries_limit_per_query: context.limits.maxEntries,
    },
    pattern_ingester_enabled: true,
    version,
  }))
  app.get('/metrics', (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metricsText(context)),
  )
  app.post('/flush', async (_request, reply) => {
    await context.store.sealAll()
    return reply.code(204).send()
  })
  // There is no ruler; Grafana asks all the same, and "no rules" is the true answer.
  app.get('/loki/api/v1/rules', (_request, reply) => reply.type('application/yaml').send('{}\n'))
  app.get('/loki/api/v1/rules/:namespace', (_request, reply) => reply.type('application/yaml').send('{}\n'))
  app.get('/api/prom/rules', (_request, reply) => reply.type('application/yaml').send('{}\n'))
  app.get('/prometheus/api/v1/rules', () => ({ status: 'success', data: { groups: [] }, errorType: '', error: '' }))
  app.get('/prometheus/api/v1/alerts', () => ({ status: 'success', data: { alerts: [] }, errorType: '', error: '' }))
}

function configText({ limits }: LokiContext): string {
  return [
    'limits_config:',
    `  query_timeout: ${limits.timeoutMs}ms`,
    `  max_entries_limit_per_query: ${limits.maxEntries}`,
    `  max_query_series: ${limits.maxSeries}`,
    '  allow_structured_metadata: true',
    '  volume_enabled: true',
    '',
  ].join('\n')
}

function metricsText({ metrics, store }: LokiContext): string {
  const tenants = store.listTenants().map(({ id, headRows, blockRows, sizeBytes }) => {
    const labels = `tenant=${JSON.stringify(id)}`
    return `loki_store_rows{${labels},part="head"} ${headRows}\nloki_store_rows{${labels},part="blocks"} ${blockRows}\nloki_store_bytes{${labels}} ${sizeBytes}\n`
  })
  const info = `# HELP loki_build_info Constant 1.\n# TYPE loki_build_info gauge\nloki_build_info{version="${version}"} 1\n`
  return `${info}${metrics.render()}# TYPE loki_store_rows gauge\n# TYPE loki_store_bytes gauge\n${tenants.join('')}`
}
