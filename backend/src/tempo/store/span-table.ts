/**
 * Spans in columns: the head of a tenant while it grows, and a sealed block once it is read back. Owns the layout; what a query
 * means by an attribute, `fetch/` knows. Times are milliseconds plus nanoseconds within the millisecond, both exact.
 */
import { AttributeLists } from './attribute-lists.ts'
import { GrowingColumn } from './growing-column.ts'
import { hexWord, type TraceIdWords } from './trace-id.ts'
import { TextDictionary } from './text-dictionary.ts'
import { ValueDictionary } from './value-dictionary.ts'

const uint8 = () => GrowingColumn.uint8()
const uint32 = () => GrowingColumn.uint32()
const float64 = () => GrowingColumn.float64()

export interface TimeColumns {
  ms: GrowingColumn<Float64Array>
  ns: GrowingColumn<Uint32Array>
}

const time = (): TimeColumns => ({ ms: float64(), ns: uint32() })

/** Row + 1 where a row may be missing. */
export const noRow = 0

export class SpanTable {
  readonly texts: TextDictionary
  readonly keys: TextDictionary
  readonly values: ValueDictionary

  readonly spans = {
    trace: uint32(),
    /** The next span of the same trace, plus one. */
    next: uint32(),
    idHigh: uint32(),
    idLow: uint32(),
    parentHigh: uint32(),
    parentLow: uint32(),
    start: time(),
    end: time(),
    name: uint32(),
    kind: uint8(),
    status: uint8(),
    message: uint32(),
    traceState: uint32(),
    flags: uint32(),
    resource: uint32(),
    scope: uint32(),
    droppedAttributes: uint32(),
    droppedEvents: uint32(),
    droppedLinks: uint32(),
    events: uint32(),
    links: uint32(),
    attributes: new AttributeLists(),
  }

  readonly events = { time: time(), name: uint32(), droppedAttributes: uint32(), attributes: new AttributeLists() }
  readonly links = {
    traceId: uint32(),
    spanId: uint32(),
    traceState: uint32(),
    flags: uint32(),
    droppedAttributes: uint32(),
    attributes: new AttributeLists(),
  }

  readonly resources = {
    service: uint32(),
    schemaUrl: uint32(),
    droppedAttributes: uint32(),
    attributes: new AttributeLists(),
  }
  readonly scopes = {
    name: uint32(),
    version: uint32(),
    schemaUrl: uint32(),
    droppedAttributes: uint32(),
    attributes: new AttributeLists(),
  }

  readonly traces = {
    id: [uint32(), uint32(), uint32(), uint32()] as const,
    first: uint32(),
    last: uint32(),
    count: uint32(),
    start: time(),
    end: time(),
  }

  constructor(texts = new TextDictionary(), keys = new TextDictionary(), values = new ValueDictionary()) {
    this.texts = texts
    this.keys = keys
    this.values = values
  }

  get rows(): number {
    return this.spans.trace.length
  }

  get traceCount(): number {
    return this.traces.first.length
  }

  traceIdWords(trace: number): TraceIdWords {
    const [a, b, c, d] = this.traces.id
    return [a.at(trace), b.at(trace), c.at(trace), d.at(trace)]
  }

  traceId(trace: number): string {
    const [a, b, c, d] = this.traces.id
    return hexWord(a.at(trace)) + hexWord(b.at(trace)) + hexWord(c.at(trace)) + hexWord(d.at(trace))
  }

  traceRows(trace: number): number[] {
    const rows: number[] = []
    for (let row = this.traces.first.at(trace); row !== noRow; row = this.spans.next.at(row - 1)) rows.push(row - 1)
    return rows
  }

  spanId(row: number): string {
    return hexWord(this.spans.idHigh.at(row)) + hexWord(this.spans.idLow.at(row))
  }

  /** Empty for a root span. */
  parentSpanId(row: number): string {
    const high = this.spans.parentHigh.at(row)
    const low = this.spans.parentLow.at(row)
    return high === 0 && low === 0 ? '' : hexWord(high) + hexWord(low)
  }

  /** Nanoseconds, exact up to 104 days. */
  durationNs(row: number): number {
    const { start, end } = this.spans
    return (end.ms.at(row) - start.ms.at(row)) * 1e6 + (end.ns.at(row) - start.ns.at(row))
  }

  startUnixNano(row: number): bigint {
    return unixNano(this.spans.start, row)
  }

  endUnixNano(row: number): bigint {
    return unixNano(this.spans.end, row)
  }

  serviceName(row: number): string {
    return this.texts.at(this.resources.service.at(this.spans.resource.at(row)))
  }

  rangeOfEvents(row: number): [start: number, end: number] {
    return [this.spans.events.at(row), row + 1 < this.rows ? this.spans.events.at(row + 1) : this.events.name.length]
  }

  rangeOfLinks(row: number): [start: number, end: number] {
    return [this.spans.links.at(row), row + 1 < this.rows ? this.spans.links.at(row + 1) : this.links.spanId.length]
  }
}

export function unixNano(columns: TimeColumns, row: number): bigint {
  return BigInt(columns.ms.at(row)) * 1_000_000n + BigInt(columns.ns.at(row))
}

export function pushTime(columns: TimeColumns, unixNanos: bigint): void {
  columns.ms.push(Number(unixNanos / 1_000_000n))
  columns.ns.push(Number(unixNanos % 1_000_000n))
}

export function isBefore(a: TimeColumns, aRow: number, b: TimeColumns, bRow: number): boolean {
  const difference = a.ms.at(aRow) - b.ms.at(bRow)
  return difference < 0 || (difference === 0 && a.ns.at(aRow) < b.ns.at(bRow))
}
