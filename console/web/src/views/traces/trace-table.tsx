import type { TraceSummary } from '../../api/tempo-client.ts'
import { Link } from '../../app/link.tsx'
import { traceHref } from '../../app/view-links.ts'
import { ServiceName } from '../../components/service-name.tsx'
import { formatNano } from '../../domain/duration.ts'
import { traceRange } from '../../domain/span-links.ts'
import { formatClock } from '../../domain/time-range.ts'

export function TraceTable({ traces, params }: { traces: readonly TraceSummary[]; params: URLSearchParams }) {
  const longestMs = Math.max(1, ...traces.map(({ durationMs }) => durationMs))
  return (
    <div className="scroll-x">
      <table className="data-table trace-table">
        <caption className="visually-hidden">Traces found, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Start</th>
            <th scope="col">Service</th>
            <th scope="col">Operation</th>
            <th scope="col">Duration</th>
            <th scope="col" className="number">
              Matched
            </th>
            <th scope="col">Trace</th>
          </tr>
        </thead>
        <tbody>
          {traces.map((trace) => (
            <TraceRow key={trace.traceId} trace={trace} longestMs={longestMs} params={params} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TraceRow({ trace, longestMs, params }: { trace: TraceSummary; longestMs: number; params: URLSearchParams }) {
  const { traceId, rootService, rootName, startTimeUnixNano, durationMs, matchedSpans, spanCount, errorCount } = trace
  const durationNano = BigInt(Math.round(durationMs)) * 1_000_000n
  const [onlySpan] = trace.spanIds
  const spanId = matchedSpans === 1 ? onlySpan : undefined
  const href = traceHref(traceId, { spanId, range: traceRange(startTimeUnixNano, durationNano), from: params })
  return (
    <tr>
      <td className="nowrap faint">{formatClock(Number(startTimeUnixNano / 1_000_000n))}</td>
      <td>
        <ServiceName name={rootService || 'root not received'} />
      </td>
      <td>
        <Link href={href}>{rootName || 'unnamed'}</Link>
        {errorCount !== undefined && errorCount > 0 && (
          <span className="badge badge-error trace-errors">{errorCount} errors</span>
        )}
      </td>
      <td className="nowrap">
        <span className="duration-bar" aria-hidden="true">
          <span style={{ width: `${(durationMs / longestMs) * 100}%` }} />
        </span>
        {durationMs < 1 ? '< 1 ms' : formatNano(durationMs * 1e6)}
      </td>
      <td className="number">
        {matchedSpans}
        {spanCount !== undefined && <span className="faint"> / {spanCount}</span>}
      </td>
      <td>
        <Link className="mono" href={href} aria-label={`Trace ${traceId}`}>
          {traceId.slice(0, 16)}
        </Link>
      </td>
    </tr>
  )
}
