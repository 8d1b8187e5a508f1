import type { FastifyInstance } from 'fastify'
import { stringify } from 'yaml'
import type { MetricsStore } from '../store/metrics-store.ts'

export type StatusOptions = {
  store: MetricsStore
  startedMs: number
  flags: Readonly<Record<string, string>>
  ruleFiles: readonly string[]
  retention: { maxAgeMs: number; maxBytes: number }
}

/** The version whose behaviour this server has; Grafana chooses features by it. */
export const PROMETHEUS_VERSION = '3.16.0'

/** /api/v1/status/*, targets, readiness. */
export function statusRoutes(app: FastifyInstance, options: StatusOptions): void {
  const { store, startedMs, flags, ruleFiles, retention } = options
  const success = (data: unknown) => ({ status: 'success', data })

  app.get('/-/ready', async (_, reply) => reply.type('text/plain; charset=utf-8').send('Prometheus Server is Ready.\n'))
  app.get('/-/healthy', async (_, reply) =>
    reply.type('text/plain; charset=utf-8').send('Prometheus Server is Healthy.\n'),
  )
  app.get('/', async () => success({ name: 'embedded Prometheus', version: PROMETHEUS_VERSION }))

  app.get('/api/v1/status/buildinfo', async () =>
    success({ version: PROMETHEUS_VERSION, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }),
  )
  app.get('/api/v1/status/config', async () => success({ yaml: stringify({ rule_files: ruleFiles }) }))
  app.get('/api/v1/status/flags', async () => success(flags))
  app.get('/api/v1/status/runtimeinfo', async () =>
    success({
      startTime: new Date(startedMs).toISOString(),
      CWD: '',
      reloadConfigSuccess: true,
      lastConfigTime: new Date(startedMs).toISOString(),
      corruptionCount: 0,
      goroutineCount: 1,
      GOMAXPROCS: 1,
      GOMEMLIMIT: 0,
      GOGC: '',
      GODEBUG: '',
      storageRetention: `${Math.round(retention.maxAgeMs / 3_600_000)}h or ${retention.maxBytes}B`,
    }),
  )
  app.get('/api/v1/status/tsdb', async (request) => success(describeHead(store, request.tenant)))
  app.get('/api/v1/targets', async () => success({ activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }))
  app.get('/api/v1/alertmanagers', async () => success({ activeAlertmanagers: [], droppedAlertmanagers: [] }))
}

const TOP = 10

function describeHead(store: MetricsStore, tenant: string) {
  const labelSets = store.labelSets(tenant, [[]], -Infinity, Infinity)
  const byMetric = new Map<string, number>()
  const byPair = new Map<string, number>()
  const valuesByName = new Map<string, Set<string>>()
  const bump = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const labels of labelSets) {
    bump(byMetric, labels.metricName)
    for (const [name, value] of labels.entries()) {
      bump(byPair, `${name}=${value}`)
      const values = valuesByName.get(name) ?? new Set()
      valuesByName.set(name, values.add(value))
    }
  }
  const top = (counts: Iterable<readonly [string, number]>) =>
    [...counts]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, TOP)
      .map(([name, value]) => ({ name, value }))
  const sizes = [...valuesByName].map(([name, values]) => [name, values.size] as const)
  const bytes = [...valuesByName].map(
    ([name, values]) => [name, [...values].reduce((sum, value) => sum + value.length, 0)] as const,
  )
  const summary = store.tenants.listTenants().find(({ id }) => id === tenant)
  return {
    headStats: {
      numSeries: labelSets.length,
      numLabelPairs: byPair.size,
      chunkCount: (summary?.blocks ?? 0) + 1,
      minTime: 0,
      maxTime: 0,
    },
    seriesCountByMetricName: top(byMetric),
    labelValueCountByLabelName: top(sizes),
    memoryInBytesByLabelName: top(bytes),
    seriesCountByLabelValuePair: top(byPair),
  }
}
