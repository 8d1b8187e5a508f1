// Loki's derived fields: a log line that carries a trace id shows a link to the trace.
import { logQuery } from '../lab/proof/evidence.ts'
import { asArray, asText, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { interpolateAll } from './interpolate.ts'
import { ConfigurationFault, expectSome, follow } from './link-result.ts'
import type { LinkResult } from './link-result.ts'
import { dataSourceOf } from './provisioning.ts'
import type { DataSource } from './provisioning.ts'
import { logqlLines } from './store-api.ts'
import type { FoundLine } from './store-api.ts'
import { openTrace } from './trace-api.ts'

export function proveLogToTrace({ provisioning, traffic, deadlineMs }: LinkContext): Promise<LinkResult>[] {
  const sources = [...provisioning.dataSources.values()].filter(({ type }) => type === 'loki')
  return sources.flatMap((loki) => {
    const fields = asArray(field(loki.settings, 'jsonData', 'derivedFields'))
    return fields.map((raw, index) => {
      const name = asText(field(raw, 'name'))
      return follow({ kind: 'log to trace', name, file: loki.file }, deadlineMs, async (hop) => {
        const derived = await hop('configuration', () => expandField(loki, raw, fields.slice(0, index)))
        const traceId = traffic.failed.traceId
        const lines = await hop('log lines of the request', async () =>
          expectSome(await logqlLines(loki.url, logQuery(traceId), traffic.range), `lines with ${traceId} in Loki`),
        )
        const values = await hop('matcher', () => lines.map((line) => valueIn(line, derived)))
        const target = await hop('target data source', () => dataSourceOf(provisioning, derived.datasourceUid))
        const query = await hop('interpolation', () => interpolateAll(derived.url, { __value: { raw: values[0] } }))
        const spans = await hop('trace', () => openTrace(target, query))
        return `${lines.length} lines lead to a trace of ${spans.length} spans in ${target.uid}`
      })
    })
  })
}

interface DerivedField {
  matcherType: string
  matcherRegex: string
  datasourceUid: string
  url: string
}

function expandField(loki: DataSource, raw: unknown, before: readonly unknown[]): DerivedField {
  const name = asText(field(raw, 'name'))
  if (before.some((other) => asText(field(other, 'name')) === name))
    throw new ConfigurationFault(`a second field is named ${name}: Grafana gives it the matcher of the first`)
  const expanded = loki.expand(raw)
  return {
    matcherType: asText(field(expanded, 'matcherType')) || 'regex',
    matcherRegex: asText(field(expanded, 'matcherRegex')),
    datasourceUid: asText(field(expanded, 'datasourceUid')),
    url: asText(field(expanded, 'url')),
  }
}

/** `label`: the first label whose name matches; `regex`: the first group in the line. */
function valueIn({ labels, line }: FoundLine, { matcherType, matcherRegex }: DerivedField): string {
  const regex = new RegExp(matcherRegex)
  if (matcherType === 'label') {
    const label = Object.keys(labels).find((candidate) => regex.test(candidate))
    if (label !== undefined && labels[label] !== undefined) return labels[label]
    throw new Error(`no label of ${Object.keys(labels).join(', ')} matches ${matcherRegex}`)
  }
  const value = regex.exec(line)?.[1]
  if (value !== undefined) return value
  throw new Error(`${matcherRegex} finds no group in: ${line.slice(0, 200)}`)
}
