import { isBefore, noRow, pushTime, SpanTable } from './span-table.ts'
import { traceIdWords, type TraceIdWords } from './trace-id.ts'
import type { InstrumentationScope, Resource } from '@playground/protocol/otlp/common'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'

/** From here on a trace keeps a set of its span ids; below, walking its spans is cheaper. */
const indexedTraceSpans = 32

/** The newest spans of a tenant: appended to, and readable after every append. */
export class Head {
  readonly table = new SpanTable()
  readonly #traceByKey = new Map<number, number>()
  /** Traces whose key another one has; by their whole id. */
  readonly #sameKey = new Map<string, number>()
  readonly #resourceByKey = new Map<string, number>()
  readonly #scopeByKey = new Map<string, number>()
  readonly #spanIdsOfLargeTraces = new Map<number, Set<string>>()
  minMs = Infinity
  maxMs = -Infinity

  findTrace(id: TraceIdWords): number | undefined {
    const trace = this.#traceByKey.get(keyOf(id))
    if (trace === undefined || this.#hasId(trace, id)) return trace
    return this.#sameKey.get(id.join(' '))
  }

  #hasId(trace: number, [a, b, c, d]: TraceIdWords): boolean {
    const { id } = this.table.traces
    return id[3].at(trace) === d && id[2].at(trace) === c && id[1].at(trace) === b && id[0].at(trace) === a
  }

  append(batch: readonly ResourceSpans[]): void {
    for (const { resource, scopeSpans, schemaUrl } of batch) {
      const resourceIndex = this.#resource(resource, schemaUrl)
      for (const { scope, spans, schemaUrl: scopeUrl } of scopeSpans) {
        const scopeIndex = this.#scope(scope, scopeUrl)
        for (const span of spans) this.#span(span, resourceIndex, scopeIndex)
      }
    }
  }

  get sizeBytes(): number {
    const { table } = this
    return (
      table.rows * 130 +
      table.events.name.length * 28 +
      table.links.spanId.length * 28 +
      table.traceCount * 150 +
      table.spans.attributes.sizeBytes +
      table.events.attributes.sizeBytes +
      table.texts.sizeBytes +
      table.values.sizeBytes
    )
  }

  #span(span: Span, resource: number, scope: number): void {
    const { table } = this
    const { spans, texts, keys, values } = table
    const trace = this.#trace(span.traceId)
    const idHigh = parseInt(span.spanId.slice(0, 8), 16)
    const idLow = parseInt(span.spanId.slice(8), 16)
    if (this.#isKnown(trace, idHigh, idLow, span.kind)) return
    const row = table.rows
    spans.trace.push(trace)
    spans.next.push(noRow)
    spans.idHigh.push(idHigh)
    spans.idLow.push(idLow)
    spans.parentHigh.push(span.parentSpanId === '' ? 0 : parseInt(span.parentSpanId.slice(0, 8), 16))
    spans.parentLow.push(span.parentSpanId === '' ? 0 : parseInt(span.parentSpanId.slice(8), 16))
    pushTime(spans.start, span.startTimeUnixNano)
    pushTime(spans.end, span.endTimeUnixNano)
    spans.name.push(texts.intern(span.name))
    spans.kind.push(span.kind)
    spans.status.push(span.status.code)
    spans.message.push(texts.intern(span.status.message))
    spans.traceState.push(texts.intern(span.traceState))
    spans.flags.push(span.flags)
    spans.resource.push(resource)
    spans.scope.push(scope)
    spans.droppedAttributes.push(span.droppedAttributesCount)
    spans.droppedEvents.push(span.droppedEventsCount)
    spans.droppedLinks.push(span.droppedLinksCount)
    spans.attributes.push(span.attributes, keys, values)
    this.#events(span)
    this.#links(span)
    this.#link(trace, row)
    this.minMs = Math.min(this.minMs, spans.start.ms.at(row))
    this.maxMs = Math.max(this.maxMs, spans.end.ms.at(row), spans.start.ms.at(row))
  }

  #events(span: Span): void {
    const { events, spans, texts, keys, values } = this.table
    spans.events.push(events.name.length)
    for (const event of span.events) {
      pushTime(events.time, event.timeUnixNano)
      events.name.push(texts.intern(event.name))
      events.droppedAttributes.push(event.droppedAttributesCount)
      events.attributes.push(event.attributes, keys, values)
    }
  }

  #links(span: Span): void {
    const { links, spans, texts, keys, values } = this.table
    spans.links.push(links.spanId.length)
    for (const link of span.links) {
      links.traceId.push(texts.intern(link.traceId))
      links.spanId.push(texts.intern(link.spanId))
      links.traceState.push(texts.intern(link.traceState))
      links.flags.push(link.flags)
      links.droppedAttributes.push(link.droppedAttributesCount)
      links.attributes.push(link.attributes, keys, values)
    }
  }

  #trace(traceId: string): number {
    const id = traceIdWords(traceId)
    const known = this.findTrace(id)
    if (known !== undefined) return known
    const { traces } = this.table
    const trace = this.table.traceCount
    for (const [index, word] of id.entries()) traces.id[index]?.push(word)
    traces.first.push(noRow)
    traces.last.push(noRow)
    traces.count.push(0)
    for (const column of [traces.start, traces.end]) {
      column.ms.push(0)
      column.ns.push(0)
    }
    if (this.#traceByKey.has(keyOf(id))) this.#sameKey.set(id.join(' '), trace)
    else this.#traceByKey.set(keyOf(id), trace)
    return trace
  }

  /** Adds the row to its trace's chain and widens the trace's time range. */
  #link(trace: number, row: number): void {
    const { traces, spans } = this.table
    const last = traces.last.at(trace)
    if (last === noRow) traces.first.values[trace] = row + 1
    else spans.next.values[last - 1] = row + 1
    traces.last.values[trace] = row + 1
    traces.count.values[trace] = traces.count.at(trace) + 1
    if (last === noRow || isBefore(spans.start, row, traces.start, trace)) {
      traces.start.ms.values[trace] = spans.start.ms.at(row)
      traces.start.ns.values[trace] = spans.start.ns.at(row)
    }
    if (last === noRow || isBefore(traces.end, trace, spans.end, row)) {
      traces.end.ms.values[trace] = spans.end.ms.at(row)
      traces.end.ns.values[trace] = spans.end.ns.at(row)
    }
  }

  /** A span sent twice (a retried export) is kept once; client and server may share an id, as Zipkin's do. */
  #isKnown(trace: number, idHigh: number, idLow: number, kind: number): boolean {
    const { traces, spans } = this.table
    const count = traces.count.at(trace)
    if (count >= indexedTraceSpans) {
      let known = this.#spanIdsOfLargeTraces.get(trace)
      if (known === undefined) {
        known = new Set(
          this.table
            .traceRows(trace)
            .map((row) => `${spans.idHigh.at(row)} ${spans.idLow.at(row)} ${spans.kind.at(row)}`),
        )
        this.#spanIdsOfLargeTraces.set(trace, known)
      }
      const key = `${idHigh} ${idLow} ${kind}`
      if (known.has(key)) return true
      known.add(key)
      return false
    }
    for (let row = traces.first.at(trace); row !== noRow; row = spans.next.at(row - 1)) {
      if (spans.idLow.at(row - 1) === idLow && spans.idHigh.at(row - 1) === idHigh && spans.kind.at(row - 1) === kind)
        return true
    }
    return false
  }

  #resource(resource: Resource, schemaUrl: string): number {
    const { resources, texts, keys, values } = this.table
    const ids = resource.attributes.map(({ key, value }) => `${keys.intern(key)}=${values.intern(value)}`)
    const key = `${texts.intern(schemaUrl)} ${resource.droppedAttributesCount} ${ids.join(' ')}`
    const known = this.#resourceByKey.get(key)
    if (known !== undefined) return known
    const index = resources.service.length
    const service = resource.attributes.find((attribute) => attribute.key === 'service.name')?.value
    resources.service.push(texts.intern(service?.kind === 'string' ? service.value : ''))
    resources.schemaUrl.push(texts.intern(schemaUrl))
    resources.droppedAttributes.push(resource.droppedAttributesCount)
    resources.attributes.push(resource.attributes, keys, values)
    this.#resourceByKey.set(key, index)
    return index
  }

  #scope(scope: InstrumentationScope, schemaUrl: string): number {
    const { scopes, texts, keys, values } = this.table
    const ids = scope.attributes.map(({ key, value }) => `${keys.intern(key)}=${values.intern(value)}`)
    const head = [
      texts.intern(scope.name),
      texts.intern(scope.version),
      texts.intern(schemaUrl),
      scope.droppedAttributesCount,
    ]
    const key = `${head.join(' ')} ${ids.join(' ')}`
    const known = this.#scopeByKey.get(key)
    if (known !== undefined) return known
    const index = scopes.name.length
    scopes.name.push(texts.intern(scope.name))
    scopes.version.push(texts.intern(scope.version))
    scopes.schemaUrl.push(texts.intern(schemaUrl))
    scopes.droppedAttributes.push(scope.droppedAttributesCount)
    scopes.attributes.push(scope.attributes, keys, values)
    this.#scopeByKey.set(key, index)
    return index
  }
}

/** 53 of the id's 128 bits: an exact number, cheaper than a text to make and to look up. */
function keyOf([, , c, d]: TraceIdWords): number {
  return c * 2 ** 21 + (d & 0x1fffff)
}
