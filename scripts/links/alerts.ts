// Alert rules, Grafana's and Prometheus': the query answers, it is above its threshold while the fault is on, and the
// annotations lead to a panel that exists and to log lines.
import { asArray, asText, asTextRecord, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { expandEnvironment } from './expand-environment.ts'
import { checkGrafanaUrl, checkPanel } from './grafana-url.ts'
import { ConfigurationFault, expectSome, follow } from './link-result.ts'
import type { Hop, LinkResult } from './link-result.ts'
import { dataSourceOf } from './provisioning.ts'
import type { AlertFile } from './provisioning.ts'
import { runQuery } from './run-query.ts'
import { getJson, logqlLines, promqlRange } from './store-api.ts'
import type { Series } from './store-api.ts'

const EXPRESSION = '__expr__'
/** Finer than the rules' own interval: the fault of the proof lasts seconds. */
const EVALUATION_MS = 1_000

export function proveAlerts(context: LinkContext): Promise<LinkResult>[] {
  const { alerts, ruleFiles } = context.provisioning
  return [
    ...alerts.flatMap((file) => rulesOf(file).map((rule) => proveGrafanaRule(context, file, rule))),
    ...ruleFiles.flatMap((file) => rulesOf(file).map((rule) => proveRuleOfFile(context, file, rule))),
  ]
}

const rulesOf = ({ groups }: AlertFile) => groups.flatMap((group) => asArray(field(group, 'rules')))

function proveGrafanaRule(context: LinkContext, { file }: AlertFile, rule: unknown): Promise<LinkResult> {
  const { provisioning, traffic, deadlineMs } = context
  return follow({ kind: 'alert', name: asText(field(rule, 'title')), file }, deadlineMs, async (hop) => {
    const data = asArray(field(rule, 'data'))
    const condition = data.find((entry) => field(entry, 'refId') === field(rule, 'condition'))
    const threshold = await hop('condition', () => thresholdOf(condition))
    const query = data.find((entry) => field(entry, 'refId') === threshold.of)
    const source = await hop('data source', () => dataSourceOf(provisioning, field(query, 'datasourceUid')))
    // Grafana does not expand the environment in a rule's model.
    const promql = asText(field(query, 'model', 'expr'))
    const series = await hop('query', async () =>
      expectSome(await promqlRange(source.url, promql, traffic.fault, EVALUATION_MS), promql),
    )
    const firing = await hop('threshold', () => above(series, threshold.value))

    await hop('panel', () =>
      checkPanel(provisioning, asText(field(rule, 'dashboardUid')), Number(field(rule, 'panelId'))),
    )
    const annotations = asTextRecord(field(rule, 'annotations'))
    const expand = (name: string) =>
      hop(`annotation ${name}`, () => {
        const value = annotations[name]
        if (value === undefined) throw new ConfigurationFault(`there is no annotation ${name}`)
        return expandTemplate(expandEnvironment(value, provisioning.environment), firing)
      })
    await expand('summary')
    const panelUrl = await expand('dashboard')
    await hop('annotation dashboard', () => checkGrafanaUrl(provisioning, belowGrafana(context, panelUrl)))
    const lines = await followExplore(hop, context, await expand('logs'))
    return `${firing.length} of ${series.length} series above ${threshold.value} during the fault; its log link finds ${lines}`
  })
}

function thresholdOf(condition: unknown): { of: string; value: number } {
  const evaluator = field(asArray(field(condition, 'model', 'conditions'))[0], 'evaluator')
  const value = Number(asArray(field(evaluator, 'params'))[0])
  const isThreshold =
    field(condition, 'datasourceUid') === EXPRESSION && field(condition, 'model', 'type') === 'threshold'
  if (!isThreshold || field(evaluator, 'type') !== 'gt' || Number.isNaN(value))
    throw new ConfigurationFault('only a threshold expression with the evaluator gt is evaluated by this proof')
  return { of: asText(field(condition, 'model', 'expression')), value }
}

function above(series: readonly Series[], threshold: number): Series[] {
  const firing = series.filter(({ values }) => values.some((value) => value > threshold))
  if (firing.length > 0) return firing
  throw new Error(
    `nothing is above ${threshold} while the fault is on: ${series.map(({ values }) => Math.max(...values)).join(', ')}`,
  )
}

/** Templates may use labels that the query's answer has. */
function expandTemplate(text: string, firing: readonly Series[]): string {
  return text.replace(/\{\{\s*(?:\.Labels|\$labels)\.(\w+)\s*\}\}/g, (match, label: string) => {
    const value = firing[0]?.labels[label]
    if (value === undefined) throw new ConfigurationFault(`${match}: the query answers no label ${label}`)
    return value
  })
}

function belowGrafana({ provisioning }: LinkContext, link: string): string {
  const base = provisioning.environment['GRAFANA_URL'] ?? ''
  if (base !== '' && link.startsWith(`${base}/`)) return link.slice(base.length)
  throw new ConfigurationFault(`${link} does not begin with Grafana's address (\${GRAFANA_URL})`)
}

/** An address of Explore says its queries itself: `panes={"name":{datasource, queries, range}}`. */
async function followExplore(hop: Hop, context: LinkContext, link: string): Promise<string> {
  const { provisioning, traffic } = context
  const panes = await hop('annotation logs', () => {
    const { pathname, searchParams } = new URL(belowGrafana(context, link), 'http://grafana')
    if (pathname !== '/explore') throw new ConfigurationFault(`${pathname} is not Explore`)
    const parsed: unknown = JSON.parse(searchParams.get('panes') ?? '{}')
    return Object.values(Object(parsed) as Record<string, unknown>)
  })
  const answers: string[] = []
  for (const pane of panes) {
    const source = await hop('log data source', () => dataSourceOf(provisioning, field(pane, 'datasource')))
    for (const target of asArray(field(pane, 'queries')))
      answers.push(await runQuery(hop, { provisioning, source, target, variables: {}, range: traffic.range }))
  }
  return hop('annotation logs', () => expectSome(answers, 'a query in the panes of the link').join(', '))
}

/** Its expression holds the threshold: what answers, fires. */
function proveRuleOfFile(context: LinkContext, { file }: AlertFile, rule: unknown): Promise<LinkResult> {
  const { provisioning, traffic, deadlineMs } = context
  return follow({ kind: 'rule file', name: asText(field(rule, 'alert')), file }, deadlineMs, async (hop) => {
    const prometheus = await hop('data source', () => dataSourceOf(provisioning, 'prometheus'))
    const loki = await hop('data source', () => dataSourceOf(provisioning, 'loki'))
    const promql = asText(field(rule, 'expr'))
    const firing = await hop('query', async () =>
      expectSome(await promqlRange(prometheus.url, promql, traffic.fault, EVALUATION_MS), promql),
    )
    await hop('loaded by Prometheus', () => isLoaded(prometheus.url, asText(field(rule, 'alert'))))
    const annotations = asTextRecord(field(rule, 'annotations'))
    await hop('annotation summary', () => expandTemplate(annotations['summary'] ?? '', firing))
    await hop('annotation dashboard', () => checkGrafanaUrl(provisioning, annotations['dashboard'] ?? ''))
    const lines = await hop('annotation logs', async () => {
      const logql = annotations['logs'] ?? ''
      return expectSome(await logqlLines(loki.url, logql, traffic.range), logql)
    })
    return `fires during the fault for ${firing.length} series; its log query finds ${lines.length} lines`
  })
}

async function isLoaded(base: string, alert: string): Promise<void> {
  const groups = asArray(field(await getJson(base, '/api/v1/rules', { type: 'alert' }), 'data', 'groups'))
  const loaded = groups.flatMap((group) => asArray(field(group, 'rules')))
  const rule = loaded.find((candidate) => field(candidate, 'name') === alert)
  if (rule === undefined) throw new Error(`Prometheus has not loaded the rule ${alert}`)
  if (field(rule, 'health') === 'err')
    throw new Error(`its last evaluation failed: ${asText(field(rule, 'lastError'))}`)
}
