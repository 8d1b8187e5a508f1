import type { InstantSample } from '../../api/prometheus-client.ts'
import { NoResults } from '../../components/no-results.tsx'
import type { Unit } from '../../domain/quantity.ts'
import { formatQuantity } from '../../domain/quantity.ts'
import { seriesName } from '../../domain/series.ts'
import type { ResolvedRange, TimeRange } from '../../domain/time-range.ts'
import { formatMoment } from '../../domain/time-range.ts'

interface InstantTableProps {
  samples: readonly InstantSample[]
  query: string
  timeMs: number
  unit: Unit
  range: TimeRange
  resolved: ResolvedRange
}

const shown = 500

export function InstantTable({ samples, query, timeMs, unit, range, resolved }: InstantTableProps) {
  if (samples.length === 0) return <NoResults what="samples" query={query} range={range} resolved={resolved} />
  return (
    <div className="scroll-x">
      <table className="data-table">
        <caption className="results-caption">
          {samples.length} series at {formatMoment(timeMs)}
          {samples.length > shown && `, the first ${shown} are listed`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col" className="number">
              Value
            </th>
          </tr>
        </thead>
        <tbody>
          {samples.slice(0, shown).map(({ labels, value }) => (
            <tr key={seriesName(labels)}>
              <td className="mono series-cell">{seriesName(labels)}</td>
              <td className="number" title={String(value)}>
                {formatQuantity(value, unit)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
