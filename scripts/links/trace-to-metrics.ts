// tracesToMetrics: a span shows links to metrics of its operation around its time.
import { asArray, asText, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { interpolateAll, interpolateLink } from './interpolate.ts'
import { ConfigurationFault, expectSome, follow } from './link-result.ts'
import type { LinkResult } from './link-result.ts'
import { dataSourceOf } from './provisioning.ts'
import type { DataSource } from './provisioning.ts'
import { scrapeIntervalMs } from './run-query.ts'
import { spanVariables } from './span-variables.ts'
import { promqlRange } from './store-api.ts'
import { chartIntervalMs, intervalVariables, shifted } from './time-range.ts'
import { openTrace } from './trace-api.ts'

export function proveTraceToMetrics({ provisioning, traffic, deadlineMs }: LinkContext): Promise<LinkResult>[] {
  return [...provisioning.dataSources.values()].flatMap((traces) => {
    const raw = field(traces.settings, 'jsonData', 'tracesToMetrics')
    if (raw === undefined) return []
    const queries = asArray(field(raw, 'queries'))
    if (queries.length === 0) return [noQueries(traces, deadlineMs)]
    return queries.map((query, index) => {
      const name = asText(field(query, 'name')) || `query ${index + 1}`
      return follow({ kind: 'trace to metrics', name, file: traces.file }, deadlineMs, async (hop) => {
        const link = await hop('configuration', () => traces.expand(raw))
        const metrics = await hop('target data source', () => dataSourceOf(provisioning, field(link, 'datasourceUid')))
        const spans = await hop('trace', () => openTrace(traces, traffic.failed.traceId))
        const template = asText(field(asArray(field(link, 'queries'))[index], 'query'))
        const scrapeMs = scrapeIntervalMs(metrics)
        const failed = expectSome(
          spans.filter((span) => span.failed),
          'a failed span',
        )
        for (const span of failed) {
          const range = await hop('time shift', () =>
            shifted(span, asText(field(link, 'spanStartTimeShift')), asText(field(link, 'spanEndTimeShift'))),
          )
          const intervals = intervalVariables(range, scrapeMs)
          const expression = await hop('interpolation', () =>
            interpolateLink(template, spanVariables(span, spans, field(link, 'tags')), intervals),
          )
          const promql = interpolateAll(expression, intervals)
          await hop('metric', async () => {
            const series = await promqlRange(metrics.url, promql, range, chartIntervalMs(range, scrapeMs))
            return expectSome(series, promql)
          })
        }
        return `answers for ${failed.length} failed spans`
      })
    })
  })
}

function noQueries(traces: DataSource, deadlineMs: number): Promise<LinkResult> {
  return follow({ kind: 'trace to metrics', name: 'queries', file: traces.file }, deadlineMs, (hop) =>
    hop('configuration', () => {
      throw new ConfigurationFault('tracesToMetrics without queries: Grafana shows no link')
    }),
  )
}
