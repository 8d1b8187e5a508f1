import { useEffect, useMemo, useRef, useState } from 'react'
import type uPlot from 'uplot'
import type { Unit } from '../../domain/quantity.ts'
import type { Series } from '../../domain/series.ts'
import { distinctNames } from '../../domain/series.ts'
import type { ResolvedRange } from '../../domain/time-range.ts'
import { ChartLegend } from './chart-legend.tsx'
import { alignSeries } from './align-series.ts'
import { seriesColours } from './series-colour.ts'
import { usePlot } from './use-plot.ts'
import './time-chart.css'

export interface ExemplarPoint {
  timestampMs: number
  value: number
  traceId: string
  labels: Record<string, string>
}

export interface TimeChartProps {
  label: string
  series: readonly Series[]
  exemplars?: readonly ExemplarPoint[]
  range: ResolvedRange
  stepMs: number
  unit: Unit
  height?: number
  onSelectRange: (fromMs: number, toMs: number) => void
  onOpenExemplar?: (exemplar: ExemplarPoint) => void
}

/** Past this many lines a chart is a carpet; the legend and the table still have them all. */
const maxDrawnSeries = 100

export function TimeChart(props: TimeChartProps) {
  const { label, exemplars = [], range, stepMs, unit, height = 260 } = props
  const series = useMemo(() => props.series.slice(0, maxDrawnSeries), [props.series])
  const names = useMemo(() => distinctNames(series.map(({ labels }) => labels)), [series])
  const colours = useMemo(() => seriesColours(series.map(({ labels }) => labels)), [series])
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  const data = useMemo(() => alignSeries(series, range, stepMs), [series, range, stepMs])
  const host = useRef<HTMLDivElement>(null)
  const [hovered, setHovered] = useState<number>()

  useEffect(() => setHidden(new Set()), [names])

  usePlot(host, { ...props, exemplars, data, names, colours, hidden, unit, height, onHover: setHovered })

  const toggle = (index: number, only: boolean): void => {
    setHidden((before) => {
      if (!only) return before.symmetricDifference(new Set([index]))
      const others = new Set(names.keys())
      others.delete(index)
      return before.size === others.size && !before.has(index) ? new Set() : others
    })
  }

  return (
    <figure className="time-chart" aria-label={label}>
      <div ref={host} className="time-chart-plot" style={{ height }} />
      <ChartLegend
        names={names}
        colours={colours}
        values={names.map((_, index) => valueAt(data, index, hovered))}
        isHovering={hovered !== undefined}
        unit={unit}
        hidden={hidden}
        onToggle={toggle}
      />
      {props.series.length > maxDrawnSeries && (
        <figcaption className="faint">
          {maxDrawnSeries} of {props.series.length} series are drawn.
        </figcaption>
      )}
    </figure>
  )
}

/** The value under the pointer, else the last there is. */
function valueAt(data: uPlot.AlignedData, index: number, hovered: number | undefined): number | undefined {
  const values = data[index + 1]
  if (values === undefined) return undefined
  if (hovered !== undefined) return values[hovered] ?? undefined
  for (let at = values.length - 1; at >= 0; at--) {
    const value = values[at]
    if (value !== null && value !== undefined) return value
  }
  return undefined
}
