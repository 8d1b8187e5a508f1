// Every query of every dashboard: its variables have options, its panels answer, its links lead somewhere.
import { asArray, asText, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { checkGrafanaUrl } from './grafana-url.ts'
import { interpolate } from './interpolate.ts'
import type { Variables } from './interpolate.ts'
import { ConfigurationFault, expectSome, follow } from './link-result.ts'
import type { LinkResult } from './link-result.ts'
import { dataSourceOf, panelSourceOf } from './provisioning.ts'
import type { Dashboard, Provisioning } from './provisioning.ts'
import { runQuery } from './run-query.ts'
import { promLabelValues } from './store-api.ts'
import { relativeTimeMs } from './time-range.ts'
import type { TimeRange } from './time-range.ts'

export function proveDashboards(context: LinkContext): Promise<LinkResult>[] {
  return [...context.provisioning.dashboards.values()].flatMap((dashboard) => [
    ...proveVariables(context, dashboard),
    ...asArray(field(dashboard.model, 'panels')).flatMap((panel) => [
      ...provePanel(context, dashboard, panel),
      ...asArray(field(panel, 'fieldConfig', 'defaults', 'links')).map((link) =>
        proveLink(context, dashboard, `${asText(field(panel, 'title'))}: ${asText(field(link, 'title'))}`, link),
      ),
    ]),
    ...asArray(field(dashboard.model, 'links')).map((link) =>
      proveLink(context, dashboard, asText(field(link, 'title')), link),
    ),
  ])
}

function proveVariables({ provisioning, deadlineMs }: LinkContext, dashboard: Dashboard): Promise<LinkResult>[] {
  const list = variablesOf(dashboard)
  return list.map((variable, index) => {
    const name = `$${asText(field(variable, 'name'))}`
    return follow({ kind: 'variable', name, file: dashboard.file }, deadlineMs, async (hop) => {
      const source = await hop('data source', () => dataSourceOf(provisioning, field(variable, 'datasource', 'uid')))
      const query = interpolate(asText(field(variable, 'query', 'query')), selectAll(list.slice(0, index)))
      const [, match, label = ''] = await hop('configuration', () => labelValuesQuery(query))
      const options = await hop('query', async () =>
        expectSome(await promLabelValues(source.url, label, match, timeRange(dashboard)), query),
      )
      return `${options.length} options: ${options.slice(0, 5).join(', ')}`
    })
  })
}

/** `label_values(metric, label)` or `label_values(label)`. */
export function labelValuesQuery(query: string): RegExpExecArray {
  const match = /^label_values\((?:(.+),\s*)?(\w+)\)$/.exec(query)
  if (match === null) throw new ConfigurationFault(`only label_values(…) is evaluated by this proof, got ${query}`)
  return match
}

export const variablesOf = ({ model }: Dashboard) => asArray(field(model, 'templating', 'list'))

/** "All" chosen everywhere, as the dashboards open. */
export function selectAll(list: unknown[]): Variables {
  return Object.fromEntries(
    list.map((variable) => [asText(field(variable, 'name')), asText(field(variable, 'allValue'))]),
  )
}

export function timeRange({ model }: Dashboard): TimeRange {
  const nowMs = Date.now()
  return {
    fromMs: relativeTimeMs(asText(field(model, 'time', 'from')) || 'now-6h', nowMs),
    toMs: relativeTimeMs(asText(field(model, 'time', 'to')) || 'now', nowMs),
  }
}

function provePanel({ provisioning, deadlineMs }: LinkContext, dashboard: Dashboard, panel: unknown) {
  const targets = asArray(field(panel, 'targets'))
  return targets.map((target) => {
    const refId = targets.length === 1 ? '' : ` (${asText(field(target, 'refId'))})`
    const name = `${dashboard.title}: ${asText(field(panel, 'title'))}${refId}`
    return follow({ kind: 'panel', name, file: dashboard.file }, deadlineMs, async (hop) => {
      const uid = field(target, 'datasource', 'uid') ?? field(panel, 'datasource', 'uid')
      const source = await hop('data source', () => panelSourceOf(provisioning, uid))
      return runQuery(hop, {
        provisioning,
        source,
        target,
        variables: selectAll(variablesOf(dashboard)),
        range: timeRange(dashboard),
        panel,
      })
    })
  })
}

function proveLink({ provisioning, deadlineMs }: LinkContext, dashboard: Dashboard, name: string, link: unknown) {
  return follow(
    { kind: 'dashboard link', name: `${dashboard.title}: ${name}`, file: dashboard.file },
    deadlineMs,
    (hop) =>
      hop('target dashboard', () =>
        field(link, 'type') === 'dashboards'
          ? taggedDashboards(provisioning, asArray(field(link, 'tags')).map(asText))
          : checkGrafanaUrl(provisioning, asText(field(link, 'url'))),
      ),
  )
}

function taggedDashboards({ dashboards }: Provisioning, tags: string[]): string {
  const tagged = [...dashboards.values()].filter(({ model }) => {
    const own = asArray(field(model, 'tags'))
    return tags.every((tag) => own.includes(tag))
  })
  if (tagged.length === 0) throw new ConfigurationFault(`no dashboard is tagged ${tags.join(', ')}`)
  return `leads to ${tagged.map(({ uid }) => uid).join(', ')}`
}
