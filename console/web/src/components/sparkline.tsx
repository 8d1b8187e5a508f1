import type { Series } from '../domain/series.ts'

interface SparklineProps {
  series: Series | undefined
  colour: string
  label: string
  fromMs: number
  toMs: number
  /** Upper end of the scale where it has a natural one (a pool's size). */
  max?: number | undefined
}

const width = 240
const height = 36

export function Sparkline({ series, colour, label, fromMs, toMs, max }: SparklineProps) {
  const points = (series?.points ?? []).filter(([, value]) => Number.isFinite(value))
  const top = Math.max(max ?? 0, ...points.map(([, value]) => value)) || 1
  const x = (timeMs: number) => ((timeMs - fromMs) / Math.max(1, toMs - fromMs)) * width
  const y = (value: number) => height - 2 - (value / top) * (height - 4)
  const line = points
    .map(([timeMs, value], index) => `${index === 0 ? 'M' : 'L'}${x(timeMs).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('')
  const [first] = points
  const last = points.at(-1)
  const area =
    first === undefined || last === undefined
      ? ''
      : `${line}L${x(last[0]).toFixed(1)} ${height}L${x(first[0]).toFixed(1)} ${height}Z`
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
      <path d={area} fill={colour} opacity="0.14" />
      <path
        d={line}
        fill="none"
        stroke={colour}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}
