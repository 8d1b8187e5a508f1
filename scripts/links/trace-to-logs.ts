// tracesToLogsV2: a span shows a link to the log lines of its service in its trace.
import { logQuery } from '../lab/proof/evidence.ts'
import { asText, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { interpolateAll } from './interpolate.ts'
import { ConfigurationFault, expectSome, follow } from './link-result.ts'
import type { LinkResult } from './link-result.ts'
import { dataSourceOf } from './provisioning.ts'
import { spanVariables } from './span-variables.ts'
import { logqlLines } from './store-api.ts'
import { shifted } from './time-range.ts'
import { openTrace } from './trace-api.ts'
import type { LinkedSpan } from './trace-api.ts'

const UNLIFTED = '| drop trace_id, span_id'
/** Only the id goes: Loki keeps one of two lines that are alike in time and text. */
const liftedOnly = (traceId: string) => `| line_format \`{{ __line__ | replace "${traceId}" "" }}\``

export function proveTraceToLogs({ provisioning, traffic, deadlineMs }: LinkContext): Promise<LinkResult>[] {
  const sources = [...provisioning.dataSources.values()].filter(
    ({ settings }) => field(settings, 'jsonData', 'tracesToLogsV2') !== undefined,
  )
  return sources.map((traces) =>
    follow({ kind: 'trace to logs', name: `span of ${traces.uid}`, file: traces.file }, deadlineMs, async (hop) => {
      const link = await hop('configuration', () => traces.expand(field(traces.settings, 'jsonData', 'tracesToLogsV2')))
      const loki = await hop('target data source', () => dataSourceOf(provisioning, field(link, 'datasourceUid')))
      const spans = await hop('trace', () => openTrace(traces, traffic.failed.traceId))
      const query = await hop('configuration', () => customQuery(link))
      // What there is to be found, asked for in the plainest way.
      const written = await hop('log lines of the request', () =>
        logqlLines(loki.url, logQuery(traffic.failed.traceId), traffic.range),
      )
      const speakers = firstSpanByService(spans).filter(({ service }) =>
        written.some(({ line }) => line.includes(`"${service}"`)),
      )
      await hop('log lines of the request', () => expectSome(speakers, 'a span of a service that wrote a line'))
      let found = 0
      for (const span of speakers) {
        const expected = written.filter(({ line }) => line.includes(`"service":"${span.service}"`)).length
        const logql = await hop('interpolation', () =>
          interpolateAll(query, spanVariables(span, spans, field(link, 'tags'))),
        )
        const range = await hop('time shift', () =>
          shifted(span, asText(field(link, 'spanStartTimeShift')), asText(field(link, 'spanEndTimeShift'))),
        )
        const count = async (expression: string) => (await logqlLines(loki.url, expression, range)).length
        const lines = await hop('log lines', async () => atLeast(expected, await count(logql), logql))
        // The same question of an agent that did not lift the ids, and of one whose lines hold only the message.
        await hop('lines that were never lifted', async () =>
          atLeast(expected, await count(afterSelector(logql, UNLIFTED)), logql),
        )
        await hop('lines that were lifted', async () =>
          atLeast(expected, await count(afterSelector(logql, liftedOnly(span.traceId))), logql),
        )
        found += lines
      }
      return `${speakers.length} spans lead to ${found} lines in ${loki.uid}, lifted or not`
    }),
  )
}

function customQuery(link: unknown): string {
  const query = asText(field(link, 'query'))
  if (field(link, 'customQuery') === true && query !== '') return query
  throw new ConfigurationFault('only a custom query (customQuery: true, query: …) is evaluated by this proof')
}

function firstSpanByService(spans: readonly LinkedSpan[]): LinkedSpan[] {
  const byService = new Map<string, LinkedSpan>()
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs))
    if (!byService.has(span.service)) byService.set(span.service, span)
  return [...byService.values()]
}

function atLeast(expected: number, found: number, query: string): number {
  if (found >= expected && found > 0) return found
  throw new Error(`${found} of ${expected} lines found by ${query}`)
}

/** A stage put right behind `{…}`. No label value of the lab holds a brace. */
function afterSelector(logql: string, stage: string): string {
  return logql.replace(/^(\s*\{[^}]*\})/, `$1 ${stage} `)
}
