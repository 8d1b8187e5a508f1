// Runs one query of a panel or a link on the data source it names, and says how much came back.
import { asText, field } from '../lab/json.ts'
import { interpolateAll } from './interpolate.ts'
import type { Variables } from './interpolate.ts'
import { ConfigurationFault, expectSome } from './link-result.ts'
import type { Hop } from './link-result.ts'
import { queryPostgres } from './postgres-query.ts'
import type { DataSource, Provisioning } from './provisioning.ts'
import { serviceMapEdges } from './service-map.ts'
import { logqlRange, promExemplars, promqlInstant, promqlRange, traceqlSearch } from './store-api.ts'
import { chartIntervalMs, durationMs, intervalVariables } from './time-range.ts'
import type { TimeRange } from './time-range.ts'
import { openTrace } from './trace-api.ts'

export interface QueryRun {
  provisioning: Provisioning
  source: DataSource
  /** A target of a panel, of an Explore pane or of a correlation. */
  target: unknown
  variables: Variables
  range: TimeRange
  /** Undefined: it is no panel's query. */
  panel?: unknown
}

/** Steps of a panel are at least its "Min interval", and what the data source says. */
export function minIntervalMs(source: DataSource, panel: unknown): number {
  const ofPanel = asText(field(panel, 'interval'))
  return Math.max(scrapeIntervalMs(source), ofPanel === '' ? 0 : durationMs(ofPanel))
}

/** Prometheus: what its settings say, Grafana's default otherwise. Loki: charts may be as fine as they like. */
export function scrapeIntervalMs({ type, settings }: DataSource): number {
  if (type !== 'prometheus') return 1
  return durationMs(asText(field(settings, 'jsonData', 'timeInterval')) || '15s')
}

/** @throws when nothing comes back: a panel would say "No data" */
export async function runQuery(hop: Hop, run: QueryRun): Promise<string> {
  const { source, target, range, provisioning } = run
  const scrapeMs = scrapeIntervalMs(source)
  const stepMs = chartIntervalMs(range, minIntervalMs(source, run.panel))
  const variables = { ...intervalVariables(range, scrapeMs, stepMs), ...run.variables }
  const text = (name: string) => hop('interpolation', () => interpolateAll(asText(field(target, name)), variables))
  switch (source.type) {
    case 'prometheus': {
      const promql = await text('expr')
      const series = await hop('query', async () =>
        expectSome(
          field(target, 'instant') === true
            ? await promqlInstant(source.url, promql, range.toMs)
            : await promqlRange(source.url, promql, range, stepMs),
          promql,
        ),
      )
      if (field(target, 'exemplar') !== true) return `${series.length} series`
      const exemplars = await hop('exemplars', async () =>
        expectSome(await promExemplars(source.url, promql, range), `exemplars of ${promql}`),
      )
      return `${series.length} series, ${exemplars.length} exemplars`
    }
    case 'loki': {
      const logql = await text('expr')
      return hop('query', async () => {
        const answer = await logqlRange(source.url, logql, range, stepMs)
        if ('lines' in answer) return `${expectSome(answer.lines, logql).length} lines`
        return `${expectSome(answer.series, logql).length} series`
      })
    }
    case 'tempo': {
      if (field(target, 'queryType') === 'serviceMap')
        return `${(await serviceMapEdges(hop, provisioning, source, range)).length} edges`
      const traceql = await text('query')
      return hop('query', async () => {
        if (/^[0-9a-f]{16,32}$/.test(traceql)) return `${(await openTrace(source, traceql)).length} spans`
        const limit = Number(field(target, 'limit') ?? 20)
        return `${expectSome(await traceqlSearch(source.url, traceql, range, limit), traceql).length} traces`
      })
    }
    case 'grafana-postgresql-datasource': {
      const sql = await text('rawSql')
      return hop('query', async () => `${expectSome(await queryPostgres(source, sql), sql).length} rows`)
    }
    default:
      return hop('query', () => {
        throw new ConfigurationFault(`queries of a ${source.type} data source are not run by this proof`)
      })
  }
}
