import { memo, useId } from 'react'
import { Link } from '../../app/link.tsx'
import { useServiceLabel } from '../../app/use-service-label.ts'
import { logsHref, metricsHref, traceHref } from '../../app/view-links.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { ServiceName } from '../../components/service-name.tsx'
import type { FieldOrigin, LogField, LogRecord, ReadableLog } from '../../domain/log-record.ts'
import { redQueries } from '../../domain/shop-queries.ts'
import { logsOfTrace } from '../../domain/span-links.ts'
import type { TimeRange } from '../../domain/time-range.ts'
import { formatClock, rangeAround } from '../../domain/time-range.ts'
import { levelColours } from './log-volume.tsx'

export interface LogFilter {
  name: string
  value: string
  origin: FieldOrigin
  negated?: boolean
}

interface LogRowProps {
  record: LogRecord
  log: ReadableLog
  params: URLSearchParams
  isOpen: boolean
  onToggle: () => void
  onFilter: (filter: LogFilter) => void
}

const origins: { origin: FieldOrigin; title: string }[] = [
  { origin: 'label', title: 'Labels' },
  { origin: 'metadata', title: 'Structured metadata' },
  { origin: 'line', title: 'Fields of the line' },
]

export const LogRow = memo(function LogRow({ record, log, params, isOpen, onToggle, onFilter }: LogRowProps) {
  const detailsId = useId()
  const timeMs = Number(record.timeUnixNano / 1_000_000n)
  // The trace may be hours old: its link carries its own time, so that logs and metrics from there look at the right place.
  const range = rangeAround(timeMs, timeMs)
  return (
    <li className="log-row" style={{ '--level': levelColours[log.level] }}>
      <div className="log-row-line">
        <button
          type="button"
          className="log-row-toggle"
          aria-expanded={isOpen}
          aria-controls={detailsId}
          onClick={onToggle}
        >
          <time dateTime={new Date(timeMs).toISOString()}>{formatClock(timeMs)}</time>
          <span className="log-level">{log.level === 'unknown' ? '' : log.level}</span>
          <span className="log-service">{log.service !== undefined && <ServiceName name={log.service} />}</span>
          <span className="log-message">
            {log.message}
            {log.extras !== '' && <span className="log-extras"> {log.extras}</span>}
          </span>
        </button>
        {log.traceId !== undefined && (
          <Link
            className="log-trace"
            href={traceHref(log.traceId, { spanId: log.spanId, range, from: params })}
            title={`Trace ${log.traceId}`}
          >
            <span className="log-trace-word">Trace </span>
            <span className="mono">{log.traceId.slice(0, 8)}</span>
          </Link>
        )}
      </div>
      {isOpen && (
        <div className="log-details" id={detailsId}>
          <LogLinks log={log} range={range} params={params} />
          <div className="log-raw">
            <pre>{record.line}</pre>
            <CopyButton text={record.line} label="Copy the line" />
          </div>
          {origins.map(({ origin, title }) => (
            <FieldTable
              key={origin}
              title={title}
              fields={log.fields.filter((field) => field.origin === origin)}
              onFilter={onFilter}
            />
          ))}
        </div>
      )}
    </li>
  )
})

/** Where this line's moment looks like something in the other signals. */
function LogLinks({ log, range, params }: { log: ReadableLog; range: TimeRange; params: URLSearchParams }) {
  const { traceId, spanId, service } = log
  const serviceLabel = useServiceLabel(params.get('tenant') ?? undefined)
  const options = { range, from: params }
  return (
    <nav className="toolbar" aria-label="From this line">
      {traceId !== undefined && (
        <>
          <Link className="button button-small" href={traceHref(traceId, { spanId, ...options })}>
            Its span in the trace
          </Link>
          <Link className="button button-small" href={logsHref(logsOfTrace(traceId), options)}>
            Logs of this trace
          </Link>
        </>
      )}
      {service !== undefined && (
        <Link
          className="button button-small"
          href={metricsHref(Object.values(redQueries(serviceLabel, service)), options)}
        >
          Metrics of {service}
        </Link>
      )}
    </nav>
  )
}

function FieldTable({
  title,
  fields,
  onFilter,
}: {
  title: string
  fields: readonly LogField[]
  onFilter: (filter: LogFilter) => void
}) {
  if (fields.length === 0) return undefined
  return (
    <div className="log-fields">
      <h3>{title}</h3>
      <dl>
        {fields.map(({ name, value, origin }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span className="log-field-value">{value}</span>
              <span className="log-field-actions">
                <button
                  type="button"
                  className="button button-quiet button-small"
                  aria-label={`Only ${name} = ${value}`}
                  title="Only this value"
                  onClick={() => onFilter({ name, value, origin })}
                >
                  =
                </button>
                <button
                  type="button"
                  className="button button-quiet button-small"
                  aria-label={`Without ${name} = ${value}`}
                  title="Without this value"
                  onClick={() => onFilter({ name, value, origin, negated: true })}
                >
                  ≠
                </button>
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
