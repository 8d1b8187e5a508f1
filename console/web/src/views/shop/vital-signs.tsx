import { Link } from '../../app/link.tsx'
import { metricsHref } from '../../app/view-links.ts'
import { Sparkline } from '../../components/sparkline.tsx'
import { formatNumber } from '../../domain/quantity.ts'
import type { Series } from '../../domain/series.ts'
import { poolQueries, redQueries } from '../../domain/shop-queries.ts'

interface History {
  rate: Series | undefined
  errors: Series | undefined
  used: Series | undefined
  waiting: Series | undefined
  max: Series | undefined
  fromMs: number
  toMs: number
}

interface VitalSignsProps {
  history: History | undefined
  serviceLabel: string
  params: URLSearchParams
}

export function VitalSigns({ history, serviceLabel, params }: VitalSignsProps) {
  const red = redQueries(serviceLabel)
  const pool = poolQueries(serviceLabel)
  const poolMax = last(history?.max)
  const signs = [
    { label: 'Requests', unit: '/s', series: history?.rate, query: red.rate, colour: 'var(--hue-1)' },
    { label: 'Errors', unit: '/s', series: history?.errors, query: red.errors, colour: 'var(--error)' },
    {
      label: 'Connections in use',
      unit: '',
      series: history?.used,
      query: pool.used,
      colour: 'var(--hue-3)',
      max: poolMax,
    },
    { label: 'Waiting for one', unit: '', series: history?.waiting, query: pool.waiting, colour: 'var(--warn)' },
  ]
  return (
    <section className="panel vital-signs" aria-label="Last 15 minutes">
      <ul>
        {signs.map(({ label, unit, series, query, colour, max }) => {
          const value = last(series)
          return (
            <li key={label}>
              <Link href={metricsHref([query], { from: params })}>
                <span className="vital-label">{label}</span>
                <strong>{value === undefined ? '–' : `${formatNumber(value)}${unit}`}</strong>
                <Sparkline
                  series={series}
                  colour={colour}
                  label={`${label}, last 15 minutes`}
                  fromMs={history?.fromMs ?? 0}
                  toMs={history?.toMs ?? 1}
                  max={max}
                />
              </Link>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function last(series: Series | undefined): number | undefined {
  return series?.points.at(-1)?.[1]
}
