import { asArray, asText, asTextRecord, field, parseObject } from '../../scripts/lab/json.ts'
import { lokiQueryUrl } from '../../scripts/lab/proof/store-client.ts'
import type { Note } from './delivery.ts'
import { getJson } from './get-json.ts'
import type { Scenario } from './scenario.ts'

/** Tells stream labels from structured metadata, which an answer otherwise holds as one. */
const CATEGORIZE = { 'x-loki-response-encoding-flags': 'categorize-labels' }

interface LogEntry {
  labels: Record<string, string>
  metadata: Record<string, string>
  timestampUnixNano: string
  line: string
}

/** Every stream has a service_name, whoever sent it: Loki sees to that. */
export async function readLogs(loki: string, sinceMs: number): Promise<LogEntry[]> {
  const body = await getJson(lokiQueryUrl(loki, '{service_name=~".+"}', sinceMs), CATEGORIZE)
  return asArray(field(body, 'data', 'result')).flatMap((stream) =>
    asArray(field(stream, 'values')).map((value) => {
      const [timestamp, line, categories] = asArray(value)
      return {
        labels: asTextRecord(field(stream, 'stream')),
        metadata: asTextRecord(field(categories, 'structuredMetadata')),
        timestampUnixNano: asText(timestamp),
        line: asText(line),
      }
    }),
  )
}

export async function logsDelivered(loki: string, scenario: Scenario, note: Note): Promise<void> {
  const traceIds = new Set([...scenario.placed, ...scenario.timedOut].map(({ traceId }) => traceId))
  for (const { labels, metadata, timestampUnixNano, line } of await readLogs(loki, scenario.sinceMs)) {
    const fields = parseObject(line)
    if (!traceIds.has(asText(fields['trace_id']))) continue
    const subject = `line "${asText(fields['message'])}" of ${asText(fields['service'])}`
    note(subject, 'label', ...Object.entries(labels).map(([name, value]) => `${name}="${value}"`))
    note(subject, 'structured metadata', ...Object.keys(metadata))
    for (const name of ['trace_id', 'span_id']) note(subject, name, agreement(metadata[name], asText(fields[name])))
    // The order of the keys tells a line as it was written from one that was parsed and printed again.
    note(subject, 'line', line.startsWith('{') ? Object.keys(fields).join(' ') : 'no JSON')
    const ownTime = `${BigInt(Date.parse(asText(fields['timestamp']))) * 1_000_000n}`
    note(subject, 'time', timestampUnixNano === ownTime ? "the line's own" : 'another than in the line')
  }
}

function agreement(lifted: string | undefined, inLine: string): string {
  if (lifted === undefined) return 'not lifted'
  return lifted === inLine ? 'as in the line' : 'another than in the line'
}
