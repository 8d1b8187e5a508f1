import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatQuantity } from '../../domain/quantity.ts'
import { exemplarPlugin } from './exemplar-plugin.ts'
import { resolveColour } from './series-colour.ts'
import type { ExemplarPoint, TimeChartProps } from './time-chart.tsx'

interface PlotOptions extends TimeChartProps {
  data: uPlot.AlignedData
  names: readonly string[]
  colours: readonly string[]
  hidden: ReadonlySet<number>
  exemplars: readonly ExemplarPoint[]
  height: number
  onHover: (index: number | undefined) => void
}

/** Keeps one uPlot in step with its data, its box, and the theme. */
export function usePlot(host: RefObject<HTMLDivElement | null>, options: PlotOptions): void {
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(options)
  latest.current = options
  const { data, names, hidden, exemplars, range, unit, height } = options

  useEffect(() => {
    const element = host.current
    if (element === null) return
    const draw = (): void => {
      plot.current?.destroy()
      plot.current = createPlot(element, latest)
    }
    draw()
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth
      if (plot.current !== undefined && width > 0 && width !== plot.current.width) {
        plot.current.setSize({ width, height: latest.current.height })
      }
    })
    observer.observe(element)
    window.addEventListener('themechange', draw)
    return () => {
      observer.disconnect()
      window.removeEventListener('themechange', draw)
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [host, data, names, exemplars, range, unit, height])

  useEffect(() => {
    for (const index of names.keys()) {
      if (plot.current?.series[index + 1]?.show === hidden.has(index))
        plot.current.setSeries(index + 1, { show: !hidden.has(index) })
    }
  }, [hidden, names])
}

function createPlot(element: HTMLDivElement, latest: RefObject<PlotOptions>): uPlot {
  const { data, names, colours, hidden, range, unit, height, stepMs } = latest.current
  const colour = (value: string) => resolveColour(element, value)
  const axis: uPlot.Axis = {
    stroke: colour('var(--ink-faint)'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: colour('var(--line)'), width: 1 },
    ticks: { show: false },
  }
  const isSparse = (range.toMs - range.fromMs) / stepMs < 40
  return new uPlot(
    {
      width: element.clientWidth || 600,
      height,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: [range.fromMs / 1000, range.toMs / 1000] },
        y: { range: (_plot, min, max) => valueScale(min, max, latest.current.exemplars) },
      },
      axes: [
        { ...axis, size: 28, values: timeLabels },
        { ...axis, size: 64, values: (_plot, splits) => splits.map((value) => formatQuantity(value, unit)) },
      ],
      series: [
        {},
        ...names.map((label, index): uPlot.Series => ({
          label,
          show: !hidden.has(index),
          stroke: colour(colours[index] ?? 'var(--ink)'),
          width: 1.5,
          points: isSparse ? { show: true, size: 4 } : {},
        })),
      ],
      plugins: [
        exemplarPlugin(
          () => latest.current.exemplars,
          (exemplar) => latest.current.onOpenExemplar?.(exemplar),
          colour('var(--surface)'),
          colour('var(--accent)'),
        ),
      ],
      hooks: {
        setCursor: [(plot) => latest.current.onHover(plot.cursor.idx ?? undefined)],
        setSelect: [
          (plot) => {
            if (plot.select.width < 4) return
            const at = (px: number) => plot.posToVal(px, 'x') * 1000
            latest.current.onSelectRange(at(plot.select.left), at(plot.select.left + plot.select.width))
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    },
    data,
    element,
  )
}

/** From zero where all is positive; exemplars above the lines stay inside. */
function valueScale(min: number | null, max: number | null, exemplars: readonly ExemplarPoint[]): uPlot.Range.MinMax {
  const values = [min ?? 0, max ?? 0, ...exemplars.map(({ value }) => value)].filter(Number.isFinite)
  const low = Math.min(0, ...values)
  const high = Math.max(...values, 0)
  if (low === high) return [low, low + 1]
  return [low < 0 ? low - (high - low) * 0.05 : 0, high + (high - low) * 0.08]
}

const dayMs = 86_400_000
const clock = new Intl.DateTimeFormat('sv-SE', { hour: '2-digit', minute: '2-digit' })
const clockSeconds = new Intl.DateTimeFormat('sv-SE', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('sv-SE', { month: '2-digit', day: '2-digit' })

function timeLabels(_plot: uPlot, splits: number[]): string[] {
  const [first = 0, second = 0] = splits
  const spanMs = ((splits.at(-1) ?? first) - first) * 1000
  const format = second - first < 60 ? clockSeconds : clock
  return splits.map((seconds, index) => {
    const timeMs = seconds * 1000
    const isNewDay =
      spanMs > dayMs / 2 && (index === 0 || day.format(timeMs) !== day.format((splits[index - 1] ?? 0) * 1000))
    return isNewDay ? day.format(timeMs) : format.format(timeMs)
  })
}
