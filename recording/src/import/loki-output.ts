/** Loki's query_range answer, and logcli's `--output=jsonl` (one object a line with labels, line and timestamp). */
import { list, objectOf, stringField } from '@playground/protocol/json-fields'
import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import { toResourceLogs, type LogEntry } from '../capture/loki-logs.ts'

export function lokiStreams(json: unknown): ResourceLogs[] {
  const root = objectOf(json)
  const data = root['data'] === undefined ? root : objectOf(root['data'])
  return toResourceLogs(
    list(data, 'result', (element) => {
      const stream = objectOf(element)
      const labels = textRecord(stream['stream'])
      return list(stream, 'values', (value): LogEntry => {
        if (!Array.isArray(value) || value.length < 2) throw new Error('expected [time, line]')
        const [time, line, categories] = value as unknown[]
        const metadata = textRecord(objectOf(categories ?? {})['structuredMetadata'])
        return { labels, metadata, timeUnixNano: nanoseconds(time), line: String(line) }
      })
    }).flat(),
  )
}

export function logcliLines(line: Buffer): ResourceLogs[] {
  const entry = objectOf(JSON.parse(line.toString()))
  return toResourceLogs([
    {
      labels: textRecord(entry['labels']),
      metadata: {},
      timeUnixNano: nanoseconds(entry['timestamp']),
      line: stringField(entry, 'line'),
    },
  ])
}

function nanoseconds(time: unknown): bigint {
  const text = String(time)
  if (/^\d{1,19}$/.test(text)) return BigInt(text)
  const [, date, fraction = '', zone] = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const ms = date === undefined ? Number.NaN : Date.parse(`${date}${zone}`)
  if (Number.isNaN(ms)) throw new Error(`expected a time in nanoseconds or RFC 3339, got ${JSON.stringify(text)}`)
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

function textRecord(value: unknown): Record<string, string> {
  const record = objectOf(value ?? {})
  return Object.fromEntries(Object.keys(record).map((key) => [key, stringField(record, key)]))
}
