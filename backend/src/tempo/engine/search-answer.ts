// Search results as tempopb's messages have them: one description, written as JSON by `api/` and as protobuf by `grpc/`.
import { listedAttributes, shownName } from './shown-attributes.ts'
import { shortTraceId } from '../store/trace-id.ts'
import { staticToAnyValue } from './static-any-value.ts'
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { FetchPlan } from '../fetch/fetch-plan.ts'
import type { ServiceStats, TraceView } from '../fetch/trace-view.ts'
import type { Spanset } from './spanset.ts'
import type { TraceMatch } from './search.ts'

const missingRoot = '<root span not yet received>'

export interface FoundSpan {
  spanId: string
  name?: string
  startTimeUnixNano: bigint
  durationNanos: bigint
  attributes: KeyValue[]
}

export interface FoundSpanset {
  spans: FoundSpan[]
  matched: number
  attributes: KeyValue[]
}

export interface FoundTrace {
  traceId: string
  rootServiceName: string
  rootTraceName: string
  startTimeUnixNano: bigint
  durationMs: number
  spansets: FoundSpanset[]
  serviceStats: ReadonlyMap<string, ServiceStats>
}

export function describeTrace(trace: TraceView): FoundTrace {
  return {
    traceId: shortTraceId(trace.traceId),
    // A root without service name counts as missing too, as in Tempo.
    rootServiceName: trace.rootService === '' ? missingRoot : trace.rootService,
    rootTraceName: trace.rootName,
    startTimeUnixNano: trace.startUnixNano,
    durationMs: Math.floor(trace.durationNs / 1e6),
    spansets: [],
    serviceStats: new Map(),
  }
}

export function describeMatch({ trace, plan, spansets }: TraceMatch, spansPerSpanset: number): FoundTrace {
  return {
    ...describeTrace(trace),
    spansets: distinct(spansets).map((set) => describeSpanset(set, plan, spansPerSpanset)),
    serviceStats: trace.serviceStats,
  }
}

/** Sets that differ in nothing but their spans are one set to Tempo: the largest stays. */
function distinct(spansets: readonly Spanset[]): Spanset[] {
  const byGroup = new Map<string, Spanset>()
  for (const set of spansets) {
    const groups = set.attributes.filter(({ name }) => name.startsWith('by'))
    const key = JSON.stringify(groups.map(({ name, value }) => [name, value.type, String(value.value)]))
    const known = byGroup.get(key)
    if (known === undefined || known.spans.length < set.spans.length) byGroup.set(key, set)
  }
  return [...byGroup.values()]
}

function describeSpanset(set: Spanset, plan: FetchPlan, limit: number): FoundSpanset {
  return {
    spans: set.spans.slice(0, limit).map((span) => {
      const name = shownName(span, plan)
      return {
        spanId: span.spanId,
        ...(name === undefined ? {} : { name }),
        startTimeUnixNano: span.startUnixNano,
        durationNanos: span.endUnixNano > span.startUnixNano ? span.endUnixNano - span.startUnixNano : 0n,
        attributes: listedAttributes(span, plan).map(({ attribute, value }) => ({
          key: attribute.name,
          value: staticToAnyValue(value),
        })),
      }
    }),
    matched: set.spans.length,
    attributes: set.attributes.map(({ name, value }): { key: string; value: AnyValue } => ({
      key: name,
      value: staticToAnyValue(value),
    })),
  }
}
