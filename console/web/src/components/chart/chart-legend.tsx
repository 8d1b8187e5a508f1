import type { Unit } from '../../domain/quantity.ts'
import { formatQuantity } from '../../domain/quantity.ts'

interface ChartLegendProps {
  names: readonly string[]
  colours: readonly string[]
  values: readonly (number | undefined)[]
  isHovering: boolean
  unit: Unit
  hidden: ReadonlySet<number>
  onToggle: (index: number, only: boolean) => void
}

export function ChartLegend({ names, colours, values, unit, hidden, onToggle }: ChartLegendProps) {
  return (
    <ul className="chart-legend">
      {names.map((name, index) => (
        <li key={`${index}-${name}`}>
          <button
            type="button"
            aria-pressed={!hidden.has(index)}
            title="Show or hide; with Shift, show only this"
            onClick={(event) => onToggle(index, event.shiftKey)}
          >
            <span className="legend-line" style={{ '--dot': colours[index] }} />
            <span className="legend-name">{name}</span>
            <span className="legend-value">{formatValue(values[index], unit)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function formatValue(value: number | undefined, unit: Unit): string {
  return value === undefined ? '–' : formatQuantity(value, unit)
}
