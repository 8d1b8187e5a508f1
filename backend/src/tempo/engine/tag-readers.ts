import { duration, elements, int, nil, string } from '../traceql/static.ts'
import { kindStatic, statusStatic } from '../fetch/intrinsic-values.ts'
import { plainReader } from '../fetch/bound-scope.ts'
import type { Attribute, Intrinsic } from '../traceql/attribute.ts'
import type { SpanTable } from '../store/span-table.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { Static } from '../traceql/static.ts'

type ReadAll = (span: SpanView) => Static[]

/**
 * All values a span gives for an attribute: one for each event or link, and those of every scope when none is named. Beside a filter
 * Tempo takes them from other columns, where an array shows its last element only.
 */
export function attributeReaders(table: SpanTable, attribute: Attribute, isFiltered: boolean): ReadAll {
  if (attribute.intrinsic !== undefined) {
    const filtered = isFiltered ? filteredIntrinsics[attribute.intrinsic] : undefined
    return filtered ?? intrinsicValues[attribute.intrinsic] ?? (() => [])
  }
  const read = genericReader(table, attribute)
  return isFiltered ? (span) => read(span).map((value) => elements(value).at(-1) ?? nil) : read
}

function genericReader(table: SpanTable, attribute: Attribute): ReadAll {
  const { name, scope } = attribute
  const { spans, resources, scopes, events, links } = table
  const onSpan = plainReader(table, spans.attributes, name)
  // A column of its own in Tempo, and empty where there is none.
  const missing = name === 'service.name' ? string('') : undefined
  const onItsResource = plainReader(table, resources.attributes, name)
  const onResource = (resource: number): Static | undefined => onItsResource(resource) ?? missing
  const onScope = plainReader(table, scopes.attributes, name)
  switch (scope) {
    case 'span':
      return ({ row }) => present(onSpan(row))
    case 'resource':
      return ({ row }) => present(onResource(spans.resource.at(row)))
    case 'instrumentation':
      return ({ row }) => present(onScope(spans.scope.at(row)))
    case 'event': {
      const read = plainReader(table, events.attributes, name)
      return ({ row }) => range(table.rangeOfEvents(row)).flatMap((event) => present(read(event)))
    }
    case 'link': {
      const read = plainReader(table, links.attributes, name)
      return ({ row }) => range(table.rangeOfLinks(row)).flatMap((link) => present(read(link)))
    }
    case 'none':
      return ({ row }) => [
        ...present(onSpan(row)),
        ...present(onResource(spans.resource.at(row))),
        ...present(onScope(spans.scope.at(row))),
      ]
  }
}

const filteredIntrinsics: Partial<Record<Intrinsic, ReadAll>> = {
  status: (span) => [statusStatic(span.statusCode)],
  kind: (span) => [kindStatic(span.kindCode)],
  duration: (span) => [duration(span.durationNs)],
  traceDuration: (span) => [duration(span.trace.durationNs)],
}

/** Codes are numbers here, as in Tempo's columns; durations and ids have too many values to list. */
const intrinsicValues: Partial<Record<Intrinsic, ReadAll>> = {
  name: (span) => text(span.name),
  status: (span) => [int(span.statusCode)],
  kind: (span) => [int(span.kindCode)],
  statusMessage: ({ bound: { table }, row }) => text(table.texts.at(table.spans.message.at(row))),
  rootName: (span) => text(span.trace.rootName),
  rootServiceName: (span) => text(span.trace.rootService),
  'event:name': ({ bound: { table }, row }) =>
    range(table.rangeOfEvents(row)).flatMap((event) => text(table.texts.at(table.events.name.at(event)))),
  'instrumentation:name': ({ bound: { table }, row }) =>
    text(table.texts.at(table.scopes.name.at(table.spans.scope.at(row)))),
  'instrumentation:version': ({ bound: { table }, row }) =>
    text(table.texts.at(table.scopes.version.at(table.spans.scope.at(row)))),
}

function text(value: string): Static[] {
  return [string(value)]
}

function present(value: Static | undefined): Static[] {
  return value === undefined ? [] : [value]
}

function range([start, end]: [number, number]): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index)
}
