import { queryRange } from '../../api/loki-client.ts'
import { Link } from '../../app/link.tsx'
import { useRequest } from '../../app/use-request.ts'
import { logsHref, traceHref } from '../../app/view-links.ts'
import { ServiceName } from '../../components/service-name.tsx'
import { readLog } from '../../domain/log-record.ts'
import { formatClock, rangeAround } from '../../domain/time-range.ts'

const query = '{service_name=~".+", level=~"warn|error"}'
const lookBackMs = 15 * 60_000
const shown = 6

/** What went wrong last, each with the way to its trace. */
export function LatestProblems({ nowMs, params }: { nowMs: number; params: URLSearchParams }) {
  const tenant = params.get('tenant') ?? undefined
  const { value, error } = useRequest(`problems ${nowMs} ${tenant}`, (signal) =>
    queryRange(
      { query, fromMs: nowMs - lookBackMs, toMs: nowMs, limit: shown, direction: 'backward' },
      { tenant, signal },
    ),
  )
  const records = value?.kind === 'lines' ? value.records : []
  return (
    <section className="panel shop-wide" aria-label="Latest warnings and errors">
      <div className="panel-head">
        <h2>Latest warnings and errors</h2>
        <Link href={logsHref(query, { from: params })}>All in logs</Link>
      </div>
      {records.length === 0 && (
        <p className="panel-body faint">
          {error === undefined ? 'None in the last 15 minutes.' : `Loki: ${error.message}`}
        </p>
      )}
      <ol className="latest-problems">
        {records.map((record, index) => {
          const log = readLog(record)
          const timeMs = Number(record.timeUnixNano / 1_000_000n)
          return (
            <li key={`${record.timeUnixNano} ${index}`}>
              <span className="faint">{formatClock(timeMs)}</span>
              <span className={`badge ${log.level === 'error' ? 'badge-error' : 'badge-warn'}`}>{log.level}</span>
              <ServiceName name={log.service ?? 'unknown'} />
              <span className="problem-message">
                {log.message} <span className="faint">{log.extras}</span>
              </span>
              {log.traceId !== undefined && (
                <Link
                  className="mono"
                  title={`Trace ${log.traceId}`}
                  href={traceHref(log.traceId, {
                    spanId: log.spanId,
                    range: rangeAround(timeMs, timeMs),
                    from: params,
                  })}
                >
                  {log.traceId.slice(0, 8)}
                </Link>
              )}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
