import { duration, int, string } from '../traceql/static.ts'
import { shortTraceId } from '../store/trace-id.ts'
import type { Intrinsic } from '../traceql/attribute.ts'
import type { KindName, Static, StatusName } from '../traceql/static.ts'
import type { SpanView } from './span-view.ts'

const statusNames: StatusName[] = ['unset', 'ok', 'error']
const kindNames: KindName[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const statuses = statusNames.map((value): Static => ({ type: 'status', value }))
const kinds = kindNames.map((value): Static => ({ type: 'kind', value }))
const unset = statuses[0] as Static
const unspecified = kinds[0] as Static

export function statusStatic(code: number): Static {
  return statuses[code] ?? unset
}

export function kindStatic(code: number): Static {
  return kinds[code] ?? unspecified
}

/** Intrinsics that a span has one of. */
export const spanIntrinsics: Partial<Record<Intrinsic, (span: SpanView) => Static>> = {
  duration: (span) => duration(span.durationNs),
  name: (span) => string(span.name),
  status: (span) => statusStatic(span.statusCode),
  kind: (span) => kindStatic(span.kindCode),
  statusMessage: (span) => string(span.bound.table.texts.at(span.bound.table.spans.message.at(span.row))),
  'span:id': (span) => string(span.spanId),
  'span:parentID': (span) => string(span.parentSpanId.padStart(16, '0')),
  'span:childCount': treeValue((span) => span.childCount),
  nestedSetLeft: treeValue((span) => span.nestedLeft),
  nestedSetRight: treeValue((span) => span.nestedRight),
  nestedSetParent: treeValue((span) => span.nestedParent),
  'instrumentation:name': (span) => scopeText(span, 'name'),
  'instrumentation:version': (span) => scopeText(span, 'version'),
}

/** Intrinsics of the trace a span belongs to. */
export const traceIntrinsics: Partial<Record<Intrinsic, (span: SpanView) => Static>> = {
  traceDuration: (span) => duration(span.trace.durationNs),
  rootName: (span) => string(span.trace.rootName),
  rootServiceName: (span) => string(span.trace.rootService),
  'trace:id': (span) => string(shortTraceId(span.trace.traceId)),
}

function treeValue(read: (span: SpanView) => number): (span: SpanView) => Static {
  return (span) => {
    span.trace.ensureTree()
    return int(read(span))
  }
}

function scopeText(span: SpanView, column: 'name' | 'version'): Static {
  const { table } = span.bound
  return string(table.texts.at(table.scopes[column].at(table.spans.scope.at(span.row))))
}
