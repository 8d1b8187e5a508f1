// A real Grafana in front of the same stores: has it loaded the files, do its data sources work, and does every query of a
// dashboard, alert and link answer through its own plugins? What only its pages do (drawing links) is not asked here.
import { logQuery } from '../lab/proof/evidence.ts'
import { asArray, asText, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { labelValuesQuery, selectAll, timeRange, variablesOf } from './dashboards.ts'
import { getGrafana, queryGrafana } from './grafana-api.ts'
import type { Frame, Grafana } from './grafana-api.ts'
import { interpolate } from './interpolate.ts'
import type { Variables } from './interpolate.ts'
import { NotShown, expectSome, follow } from './link-result.ts'
import type { Link, LinkResult } from './link-result.ts'
import { dataSourceOf, panelSourceOf } from './provisioning.ts'
import type { DataSource } from './provisioning.ts'
import { minIntervalMs } from './run-query.ts'
import type { TimeRange } from './time-range.ts'

const EXPRESSION = '__expr__'

export function proveViaGrafana(context: LinkContext, grafana: Grafana): Promise<LinkResult>[] {
  return [
    ...proveLoaded(context, grafana),
    ...proveVariables(context, grafana),
    ...queriesOf(context).map(({ name, file, uid, target, variables, range, panel }) =>
      follow({ kind: 'query in Grafana', name, file }, context.deadlineMs, async (hop) => {
        const source = await hop('data source', () => panelSourceOf(context.provisioning, uid))
        await hop('query', () => madeByThePage(source, target))
        const filled = interpolateTree(target, variables) as Record<string, unknown>
        const frames = await hop('query', () =>
          queryGrafana(grafana, source, filled, range(), minIntervalMs(source, panel)),
        )
        return hop('query', () => summary(frames, filled))
      }),
    ),
  ]
}

function proveLoaded({ provisioning, deadlineMs }: LinkContext, grafana: Grafana): Promise<LinkResult>[] {
  const loaded = (name: string, file: string, prove: () => Promise<string>) =>
    follow({ kind: 'loaded by Grafana', name, file }, deadlineMs, (hop) => hop('answer', prove))
  return [
    ...[...provisioning.dataSources.values()].flatMap((source) => [
      loaded(`data source ${source.uid}`, source.file, async () => {
        const health = await getGrafana(grafana, `/api/datasources/uid/${source.uid}/health`)
        return asText(field(health, 'message')) || asText(field(health, 'status'))
      }),
      ...asArray(field(source.settings, 'correlations')).map((correlation) =>
        loaded(`correlation ${asText(field(correlation, 'label'))}`, source.file, async () => {
          const known = asArray(await getGrafana(grafana, `/api/datasources/uid/${source.uid}/correlations`))
          const same = known.find((entry) => field(entry, 'label') === field(correlation, 'label'))
          if (same === undefined)
            throw new Error(`Grafana knows ${known.length} correlations of ${source.uid}, not this`)
          return `leads to ${asText(field(same, 'targetUID'))}`
        }),
      ),
    ]),
    ...[...provisioning.dashboards.values()].map(({ uid, title, file, panelIds }) =>
      loaded(`dashboard ${title}`, file, async () => {
        const answer = await getGrafana(grafana, `/api/dashboards/uid/${uid}`)
        const panels = asArray(field(answer, 'dashboard', 'panels')).length
        if (panels !== panelIds.size) throw new Error(`it has ${panels} panels there, ${panelIds.size} in the file`)
        return `${panels} panels`
      }),
    ),
    ...provisioning.alerts.flatMap(({ file, groups }) =>
      groups
        .flatMap((group) => asArray(field(group, 'rules')))
        .map((rule) =>
          loaded(`alert ${asText(field(rule, 'title'))}`, file, async () => {
            const answer = await getGrafana(grafana, '/api/prometheus/grafana/api/v1/rules')
            const rules = asArray(field(answer, 'data', 'groups')).flatMap((group) => asArray(field(group, 'rules')))
            const same = rules.find((entry) => field(entry, 'name') === field(rule, 'title'))
            if (same === undefined) throw new Error(`Grafana has ${rules.length} rules, not this`)
            if (field(same, 'health') !== 'ok')
              throw new Error(`its health is ${asText(field(same, 'health'))}: ${asText(field(same, 'lastError'))}`)
            return `evaluated, ${asText(field(same, 'state'))}`
          }),
        ),
    ),
  ]
}

interface Query extends Pick<Link, 'name' | 'file'> {
  uid: unknown
  target: unknown
  variables: Variables
  range: () => TimeRange
  panel?: unknown
}

function queriesOf({ provisioning, traffic }: LinkContext): Query[] {
  const panels = [...provisioning.dashboards.values()].flatMap((dashboard) =>
    asArray(field(dashboard.model, 'panels')).flatMap((panel) =>
      asArray(field(panel, 'targets')).map((target) => ({
        name: `${dashboard.title}: ${asText(field(panel, 'title'))} (${asText(field(target, 'refId'))})`,
        file: dashboard.file,
        uid: field(target, 'datasource', 'uid') ?? field(panel, 'datasource', 'uid'),
        target,
        variables: selectAll(variablesOf(dashboard)),
        range: () => timeRange(dashboard),
        panel,
      })),
    ),
  )
  const alerts = provisioning.alerts.flatMap(({ file, groups }) =>
    groups
      .flatMap((group) => asArray(field(group, 'rules')))
      .flatMap((rule) =>
        asArray(field(rule, 'data'))
          .filter((entry) => field(entry, 'datasourceUid') !== EXPRESSION)
          .map((entry) => ({
            name: `alert ${asText(field(rule, 'title'))}`,
            file,
            uid: field(entry, 'datasourceUid'),
            target: field(entry, 'model'),
            variables: {},
            // An instant query is asked for the end of its range: while the fault is on, the alert has something to count.
            range: () => ({ fromMs: traffic.fault.toMs - 300_000, toMs: traffic.fault.toMs }),
          })),
      ),
  )
  const ends = [...provisioning.dataSources.values()].flatMap(({ uid, type, file }) =>
    linkEnds(type, traffic.failed.traceId).map(({ name, target }) => ({
      name: `${name} in ${uid}`,
      file,
      uid,
      target,
      variables: {},
      range: () => traffic.range,
    })),
  )
  return [...panels, ...alerts, ...ends]
}

/** What Explore asks when a link between signals is followed. */
function linkEnds(type: string, traceId: string): { name: string; target: unknown }[] {
  switch (type) {
    case 'tempo':
      return [{ name: 'the failed trace', target: { queryType: 'traceId', query: traceId } }]
    case 'jaeger':
      return [{ name: 'the failed trace', target: { query: traceId } }]
    case 'loki':
      return [{ name: 'lines of the failed trace', target: { expr: logQuery(traceId), queryType: 'range' } }]
    default:
      return []
  }
}

function proveVariables({ provisioning, deadlineMs }: LinkContext, grafana: Grafana): Promise<LinkResult>[] {
  return [...provisioning.dashboards.values()].flatMap((dashboard) => {
    const list = variablesOf(dashboard)
    return list.map((variable, index) => {
      const name = `${dashboard.title}: $${asText(field(variable, 'name'))}`
      return follow({ kind: 'query in Grafana', name, file: dashboard.file }, deadlineMs, async (hop) => {
        const source = await hop('data source', () => dataSourceOf(provisioning, field(variable, 'datasource', 'uid')))
        const query = interpolate(asText(field(variable, 'query', 'query')), selectAll(list.slice(0, index)))
        const [, match, label = ''] = await hop('configuration', () => labelValuesQuery(query))
        const { fromMs, toMs } = timeRange(dashboard)
        const parameters = new URLSearchParams({
          ...(match === undefined ? {} : { 'match[]': match }),
          start: String(Math.floor(fromMs / 1_000)),
          end: String(Math.ceil(toMs / 1_000)),
        })
        const path = `/api/datasources/uid/${source.uid}/resources/api/v1/label/${label}/values?${parameters.toString()}`
        const options = await hop('query', async () =>
          expectSome(asArray(field(await getGrafana(grafana, path), 'data')), query),
        )
        return `${options.length} options`
      })
    })
  })
}

/** Its page makes several Prometheus queries of it; Grafana's backend does not know it. */
function madeByThePage({ type }: DataSource, target: unknown): void {
  if (type === 'tempo' && field(target, 'queryType') === 'serviceMap')
    throw new NotShown('the page makes Prometheus queries of a service map; they are followed under "service map"')
}

function interpolateTree(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return interpolate(value, variables)
  if (Array.isArray(value)) return value.map((item) => interpolateTree(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, interpolateTree(item, variables)]))
}

function summary(frames: Frame[], target: Record<string, unknown>): string {
  const filled = frames.filter(hasValues)
  const exemplars = filled.filter(({ name }) => name === 'exemplar')
  const data = filled.filter(({ name }) => name !== 'exemplar')
  const what = asText(target['expr'] ?? target['query'] ?? target['rawSql'])
  const rows = expectSome(data, what).reduce((sum, { columns }) => sum + (columns[0]?.values.length ?? 0), 0)
  if (target['exemplar'] !== true) return `${data.length} frames, ${rows} rows`
  const dots = expectSome(exemplars, `exemplars of ${what}`).reduce(
    (sum, { columns }) => sum + (columns[0]?.values.length ?? 0),
    0,
  )
  return `${data.length} frames, ${rows} rows, ${dots} exemplars`
}

/** A frame that draws something: rows, and of numbers at least one that is one. */
function hasValues({ columns }: Frame): boolean {
  if ((columns[0]?.values.length ?? 0) === 0) return false
  const numbers = columns.filter(({ type }) => type === 'number')
  const isTable = columns.some(({ type }) => type === 'string')
  return (
    isTable || numbers.length === 0 || numbers.some(({ values }) => values.some((value) => typeof value === 'number'))
  )
}
