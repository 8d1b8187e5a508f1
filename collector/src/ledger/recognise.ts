/** Which sent item an arrival is, and how it differs from it. The item is built again from the seed; nothing was remembered. */
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { LogRecord } from '@playground/protocol/otlp/logs'
import type { PushEntry } from '@playground/protocol/loki-push'
import type { Arrival } from '../backends/arrival.ts'
import { parseSpanId, parseToken, runTag } from '../workload/identity.ts'
import { logLineAt } from '../workload/log-line.ts'
import { metricAt, pointSeqOf } from '../workload/metric-export.ts'
import { logRecordAt, resourceOf, spanAt, type Placed } from '../workload/trace.ts'
import type { Workload } from '../workload/workload.ts'
import { differences, type Difference } from './differences.ts'
import type { TrackName } from './track.ts'

export interface Recognised {
  readonly track: TrackName
  readonly seq: number
  /** Within which the collector should keep the order. */
  readonly stream?: string
  compare(): Difference[]
}

/** `foreign`: not of this run; `unknown`: bears this run's mark but no number that was sent could. */
export type Recognition = Recognised | 'foreign' | 'unknown'

export function recognise(sent: Workload, arrival: Arrival): Recognition {
  switch (arrival.kind) {
    case 'span': {
      const { item } = arrival.placed
      const at = parseSpanId(sent.seed, item.spanId)
      if (at === undefined) return itemToken(sent, 'span', item.attributes) === undefined ? 'foreign' : 'unknown'
      if (at.index >= sent.spansPerTrace || at.trace >= sent.traces) return 'unknown'
      const seq = at.trace * sent.spansPerTrace + at.index
      return { track: 'spans', seq, compare: () => differences(flat(spanAt(sent, seq)), flat(arrival.placed)) }
    }
    case 'log':
      return recogniseLog(sent, arrival.placed)
    case 'point': {
      const { item, resource, scope } = arrival.placed
      const point = item.data?.points[0]
      if (
        point === undefined ||
        !point.attributes.some(
          ({ key, value }) => key === 'run' && value.kind === 'string' && value.value === runTag(sent.seed),
        )
      )
        return 'foreign'
      const seq = pointSeqOf(sent, item.name, point.timeUnixNano)
      if (seq === undefined) return 'unknown'
      const want = {
        resource: resourceOf(0),
        scope: { name: 'collector.test', version: '1.2.3' },
        ...metricAt(sent, seq),
      }
      return { track: 'dataPoints', seq, compare: () => differences(want, { resource, scope, ...item }) }
    }
    case 'entry':
      return recogniseEntry(sent, arrival.labels, arrival.entry)
    default:
      return 'foreign'
  }
}

const flat = <Item extends object>({ item, ...rest }: { readonly item: Item }): object => ({ ...rest, ...item })

function itemToken(sent: Workload, track: string, attributes: readonly KeyValue[]): number | undefined {
  const value = attributes.find(({ key }) => key === 'test.item')?.value
  return value?.kind === 'string' ? parseToken(sent.seed, track, value.value) : undefined
}

function recogniseLog(sent: Workload, placed: Placed<LogRecord>): Recognition {
  const { item } = placed
  const body = textOf(item.body)
  const seq = itemToken(sent, 'log', item.attributes) ?? parseToken(sent.seed, 'log', body)
  if (seq !== undefined) {
    if (seq >= sent.traces * sent.logsPerTrace) return 'unknown'
    return { track: 'logRecords', seq, compare: () => differences(flat(logRecordAt(sent, seq)), flat(placed)) }
  }
  const line = parseToken(sent.seed, 'line', body)
  if (line === undefined) return body.includes(runTag(sent.seed)) ? 'unknown' : 'foreign'
  // Exports are grouped by resource, so an order exists within one resource only.
  return recogniseLine(sent, line, placed.resource.attributes.map(({ value }) => textOf(value)).join(), {
    body,
    timeUnixNano: item.timeUnixNano,
    traceId: item.traceId,
    spanId: item.spanId,
    level: item.severityText.toLowerCase(),
  })
}

function recogniseEntry(sent: Workload, labels: string, entry: PushEntry): Recognition {
  const seq = parseToken(sent.seed, 'line', entry.line)
  if (seq === undefined) return entry.line.includes(runTag(sent.seed)) ? 'unknown' : 'foreign'
  const metadata = new Map(entry.structuredMetadata)
  const level =
    /[{,]\s*(?:level|detected_level|severity_text)="([^"]*)"/.exec(labels)?.[1] ??
    metadata.get('level') ??
    metadata.get('detected_level') ??
    ''
  return recogniseLine(sent, seq, labels, {
    body: entry.line,
    timeUnixNano: entry.timestampUnixNano,
    traceId: metadata.get('trace_id') ?? '',
    spanId: metadata.get('span_id') ?? '',
    level: level.toLowerCase(),
  })
}

interface LineView {
  readonly body: string
  readonly timeUnixNano: bigint
  readonly traceId: string
  readonly spanId: string
  readonly level: string
}

/** @param stream Loki's labels or OTLP's resource: an order is kept within one, and lines of one file may belong to several. */
function recogniseLine(sent: Workload, seq: number, stream: string, got: LineView): Recognition {
  if (seq >= sent.lines) return 'unknown'
  const { text, file, fields } = logLineAt(sent, seq)
  return {
    track: 'logLines',
    seq,
    stream: `file ${file} ${stream}`,
    compare: () => differences({ body: comparable(text), ...fields }, { ...got, body: comparable(got.body) }),
  }
}

/** The carriage return of CRLF ends the line for some and belongs to it for others, and how many U+FFFD stand for two bad bytes is up to the decoder. */
const comparable = (text: string): string => text.replace(/\r$/, '').replace(/\ufffd+/g, '\ufffd')

function textOf(body: AnyValue): string {
  if (body.kind === 'string') return body.value
  if (body.kind === 'bytes') return Buffer.from(body.value).toString('utf8')
  if (body.kind !== 'kvlist') return ''
  const message = body.values.find(({ key }) => key === 'message')?.value
  return message?.kind === 'string' ? message.value : ''
}
