import { preserved } from '../../matchers/preserved.ts'
import { parseSpanId, traceIdOf } from '../../workload/identity.ts'
import { SERVICES } from '../../workload/trace.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { demand, type Check } from '../check.ts'

/** Trace ids that logs or exemplars name and no stored span has. */
function unresolved(ledger: Ledger, stored: ReadonlySet<string>, traces: Iterable<number>): string[] {
  return [...new Set(traces)].map((trace) => traceIdOf(ledger.sent.seed, trace)).filter((id) => !stored.has(id))
}

function tracesOfLogs({ sent, tracks }: Ledger): number[] {
  const records = Array.from({ length: tracks.logRecords.end }, (_, seq) => seq).filter(
    (seq) => tracks.logRecords.receipts(seq) > 0,
  )
  const lines = Array.from({ length: tracks.logLines.end }, (_, seq) => seq).filter(
    (seq) => tracks.logLines.receipts(seq) > 0,
  )
  return [...records.map((seq) => Math.floor(seq / sent.logsPerTrace)), ...lines.map((seq) => seq % sent.traces)]
}

export const correlationChecks: readonly Check[] = [
  {
    id: 'C1',
    level: 'MUST',
    title: "every log's trace id leads to a stored trace",
    needs: [['otlp-traces'], ['otlp-logs', 'file-logs']],
    scenario: 'calm',
    judge: ({ ledger, traceIds }) => {
      const traces = tracesOfLogs(ledger)
      const lost = unresolved(ledger, traceIds, traces)
      demand(traces.length > 0, 'no log arrived')
      demand(lost.length === 0, `${lost.length} trace ids that logs name are stored nowhere, first ${lost[0]}`)
    },
    twin: 'truncates-trace-ids',
  },
  {
    id: 'C2',
    level: 'MUST',
    title: "every exemplar's trace id leads to a stored trace",
    needs: [['otlp-traces'], ['exemplars']],
    scenario: 'calm',
    judge: ({ ledger, traceIds }) => {
      const ids = ledger.exemplars.map(({ exemplar }) => new Map(exemplar.labels))
      demand(ids.length > 0, 'no exemplar arrived, so none leads anywhere')
      for (const labels of ids) {
        const [traceId = '', spanId = ''] = [labels.get('trace_id'), labels.get('span_id')]
        demand(traceIds.has(traceId), `an exemplar names trace ${JSON.stringify(traceId)}, which is stored nowhere`)
        const at = parseSpanId(ledger.sent.seed, spanId)
        demand(
          at !== undefined && traceIdOf(ledger.sent.seed, at.trace) === traceId,
          `an exemplar names span ${JSON.stringify(spanId)}, which is none of trace ${traceId}`,
        )
      }
    },
    twin: 'exemplars-of-nowhere',
  },
  {
    id: 'C3',
    level: 'MUST',
    title: 'a service has one name in all signals',
    needs: [['otlp-traces'], ['otlp-logs', 'otlp-metrics', 'parses-json-lines']],
    scenario: 'calm',
    judge: ({ report, ledger, logLabels }) => {
      preserved(report, [
        'resource.attributes.service.name',
        'resource.attributes.service.namespace',
        'resource.attributes.service.instance.id',
      ])
      const { tracks, sent } = ledger
      // Lines come from all services, the log records of a trace from those of its first spans.
      const writing =
        tracks.logLines.end > 0 ? SERVICES : SERVICES.slice(0, tracks.logRecords.end > 0 ? sent.logsPerTrace : 0)
      const unnamed = writing.filter((name) => !logLabels.some((labels) => labels.includes(`"${name}"`)))
      demand(
        unnamed.length === 0,
        `no log names the service ${unnamed.join(', ')} as its spans do; labels are ${logLabels.slice(0, 3).join('; ')}`,
      )
    },
    twin: 'renames-service',
  },
  {
    id: 'C4',
    level: 'SHOULD',
    title: 'the trace id in a line is the one beside it: hex, lower case, no base64',
    needs: [['file-logs'], ['parses-json-lines']],
    scenario: 'calm',
    judge: ({ report }) => preserved(report, ['traceId', 'spanId'], { tracks: ['logLines'] }),
    twin: 'ids-in-upper-case',
  },
  {
    id: 'C5',
    level: 'SHOULD',
    title: 'from a metric to its exemplar, the trace and its logs, by queries',
    needs: [['otlp-traces'], ['file-logs'], ['scrape'], ['exemplars'], ['parses-json-lines']],
    scenario: 'roundTrip',
    judge: ({ stoppedAt }) => demand(stoppedAt === undefined, stoppedAt ?? ''),
    twin: 'forgets-exemplars',
  },
]
