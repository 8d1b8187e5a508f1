import { Link } from '../../app/link.tsx'
import { logsHref, traceHref } from '../../app/view-links.ts'
import type { TracedExemplar } from '../../domain/exemplars.ts'
import type { Unit } from '../../domain/quantity.ts'
import { formatQuantity } from '../../domain/quantity.ts'
import { logsOfTrace } from '../../domain/span-links.ts'
import { formatClock, rangeAround } from '../../domain/time-range.ts'

interface ExemplarListProps {
  exemplars: readonly TracedExemplar[]
  unit: Unit
  params: URLSearchParams
}

const shown = 20
const ownLabels = new Set(['trace_id', 'traceID', 'traceId', 'span_id', 'spanId', '__name__', 'le', 'instance'])

/** The dots of the chart as links, for those who do not point at a canvas. */
export function ExemplarList({ exemplars, unit, params }: ExemplarListProps) {
  return (
    <details className="exemplar-list">
      <summary>
        Exemplars <span className="faint">{exemplars.length}</span>
      </summary>
      <div className="scroll-x">
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" className="number">
                Value
              </th>
              <th scope="col">Trace</th>
              <th scope="col">Logs</th>
              <th scope="col">Of</th>
            </tr>
          </thead>
          <tbody>
            {exemplars.slice(0, shown).map((exemplar) => {
              const { traceId, timestampMs, value, labels } = exemplar
              const range = rangeAround(timestampMs, timestampMs)
              return (
                <tr key={`${traceId}${timestampMs}${value}`}>
                  <td className="faint">{formatClock(timestampMs)}</td>
                  <td className="number">
                    {formatQuantity(value, unit === 'number' || unit === 'perSecond' ? 'number' : unit)}
                  </td>
                  <td>
                    <Link className="mono" href={traceHref(traceId, { spanId: labels.span_id, range, from: params })}>
                      {traceId.slice(0, 16)}
                    </Link>
                  </td>
                  <td>
                    <Link href={logsHref(logsOfTrace(traceId), { range, from: params })}>Logs</Link>
                  </td>
                  <td className="exemplar-labels">
                    {Object.entries(labels)
                      .filter(([name]) => !ownLabels.has(name))
                      .map(([name, text]) => `${name}=${text}`)
                      .join(' ')}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {exemplars.length > shown && (
        <p className="faint">
          The newest {shown} of {exemplars.length}.
        </p>
      )}
    </details>
  )
}
