import { renderSelector, type PushEntry, type PushRequest } from '@playground/protocol/loki-push'

/** JSON lines get their own time, level and service as labels, and ids as structured metadata; other lines the time of reading. */
export function pushOfLines(lines: readonly Buffer[]): PushRequest {
  const entries = lines.map((bytes) => entryOf(bytes.toString('utf8')))
  const streams = Map.groupBy(entries, ({ labels }) => labels)
  return { streams: [...streams].map(([labels, group]) => ({ labels, entries: group.map(({ entry }) => entry) })) }
}

function entryOf(line: string): { labels: string; entry: PushEntry } {
  const fields = fieldsOf(line)
  const labels: [string, string][] = [['job', 'collector-test']]
  if (fields['level'] !== undefined) labels.push(['level', fields['level']])
  if (fields['service'] !== undefined) labels.push(['service_name', fields['service']])
  const ids = (['trace_id', 'span_id'] as const).flatMap((name): [string, string][] =>
    fields[name] === undefined ? [] : [[name, fields[name]]],
  )
  return {
    labels: renderSelector(labels),
    entry: { timestampUnixNano: timeOf(fields['timestamp']), line, structuredMetadata: ids },
  }
}

function fieldsOf(line: string): Record<string, string | undefined> {
  if (!line.startsWith('{')) return {}
  try {
    return JSON.parse(line) as Record<string, string>
  } catch {
    return {}
  }
}

function timeOf(timestamp: string | undefined): bigint {
  if (timestamp === undefined) return BigInt(Date.now()) * 1_000_000n
  const [seconds = '', fraction = ''] = timestamp.replace('Z', '').split('.')
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}
