import { delivered } from '../../matchers/delivered.ts'
import { preserved } from '../../matchers/preserved.ts'
import type { Check, Needs } from '../check.ts'

const SPANS = ['spans'] as const
const traces: Needs = [['otlp-traces']]

export const traceChecks: readonly Check[] = [
  {
    id: 'T1',
    level: 'MUST',
    title: 'traces are whole: every span once, in its trace, under its parent',
    needs: traces,
    scenario: 'calm',
    judge: ({ report }) => {
      delivered(report, { tracks: SPANS, lost: 0, duplicated: 0 })
      preserved(report, ['traceId', 'parentSpanId'], { tracks: SPANS })
    },
    twin: 'drops-spans',
  },
  {
    id: 'T2',
    level: 'MUST',
    title: 'all fields of spans, with attribute values: int64 beyond 2^53, bytes, nested, empty',
    needs: traces,
    scenario: 'calm',
    judge: ({ report }) =>
      preserved(
        report,
        ['name', 'kind', 'attributes', 'events', 'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount'],
        { tracks: SPANS },
      ),
    twin: 'swaps-attributes',
  },
  {
    id: 'T3',
    level: 'MUST',
    title: 'resource, scope, schema URLs, trace state, flags, links and status message',
    needs: traces,
    scenario: 'calm',
    judge: ({ report }) =>
      preserved(
        report,
        ['resource', 'resourceSchemaUrl', 'scope', 'scopeSchemaUrl', 'traceState', 'flags', 'links', 'status'],
        { tracks: SPANS },
      ),
    twin: 'forgets-status-message',
  },
  {
    id: 'T4',
    level: 'SHOULD',
    title: 'start and end to the nanosecond',
    needs: traces,
    scenario: 'calm',
    judge: ({ report }) => preserved(report, ['startTimeUnixNano', 'endTimeUnixNano'], { tracks: SPANS }),
    twin: 'cuts-nanoseconds-of-spans',
  },
  {
    id: 'T5',
    level: 'MUST',
    title: 'sampling keeps or drops whole traces, in the ratio asked for',
    needs: [['otlp-traces'], ['sampling']],
    missing: 'no configuration with sampling is scored yet',
  },
  {
    id: 'T6',
    level: 'SHOULD',
    title: 'span metrics and service graph count the spans that were sent',
    needs: [['otlp-traces'], ['span-metrics']],
    missing: 'no configuration with span metrics is scored yet',
  },
]
