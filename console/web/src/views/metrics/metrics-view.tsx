import { Link } from '../../app/link.tsx'
import { useInterval } from '../../app/use-interval.ts'
import { useServiceLabel } from '../../app/use-service-label.ts'
import { useViewState } from '../../app/view-state.ts'
import { metricsHref } from '../../app/view-links.ts'
import { TimeRangePicker } from '../../components/time-range-picker.tsx'
import { metricsPresets } from '../../domain/shop-queries.ts'
import { isRelative } from '../../domain/time-range.ts'
import { MetricPanel } from './metric-panel.tsx'
import './metrics-view.css'

const refreshIntervals: Record<string, number> = { '5s': 5_000, '10s': 10_000, '30s': 30_000, '1m': 60_000 }

export function MetricsView() {
  const state = useViewState()
  const { params, range, resolved, tenant, setParams, run } = state
  const serviceLabel = useServiceLabel(tenant)
  const presets = metricsPresets(serviceLabel)
  const asked = params.getAll('q')
  const queries = asked.length === 0 ? (presets[0]?.queries ?? ['']) : asked
  const isTable = params.get('show') === 'table'
  const showsExemplars = params.get('exemplars') !== 'off'
  const refresh = params.get('refresh') ?? ''
  useInterval(isRelative(range) ? refreshIntervals[refresh] : undefined, run)

  const replace = (index: number, query: string | undefined): void => {
    const changed = queries.flatMap((existing, at) => (at !== index ? [existing] : query === undefined ? [] : [query]))
    setParams({ q: changed })
  }

  return (
    <div className="view">
      <h1 className="visually-hidden">Metrics</h1>
      <section className="panel query-panel" aria-label="What to show">
        <div className="toolbar">
          <nav className="quick-queries" aria-label="Presets">
            {presets.map(({ label, queries: preset }) => (
              <Link
                key={label}
                className="button button-quiet button-small"
                aria-current={JSON.stringify(preset) === JSON.stringify(queries) ? 'true' : undefined}
                href={metricsHref(preset, { from: params })}
              >
                {label}
              </Link>
            ))}
          </nav>
          <span className="toolbar-gap" />
          <div className="segmented" role="group" aria-label="Show as">
            <button
              type="button"
              className="button"
              aria-pressed={!isTable}
              onClick={() => setParams({ show: undefined })}
            >
              Chart
            </button>
            <button
              type="button"
              className="button"
              aria-pressed={isTable}
              onClick={() => setParams({ show: 'table' })}
            >
              Table
            </button>
          </div>
          <button
            type="button"
            className="button"
            aria-pressed={showsExemplars}
            disabled={isTable}
            onClick={() => setParams({ exemplars: showsExemplars ? 'off' : undefined })}
          >
            Exemplars
          </button>
          <TimeRangePicker range={range} resolved={resolved} onChange={(chosen) => setParams({ ...chosen })} />
          <label className="labelled">
            Refresh
            <select
              className="select"
              value={refresh}
              disabled={!isRelative(range)}
              onChange={(event) => setParams({ refresh: event.target.value })}
            >
              <option value="">off</option>
              {Object.keys(refreshIntervals).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        </div>
      </section>
      {queries.map((query, index) => (
        <MetricPanel
          key={index}
          state={state}
          query={query}
          isTable={isTable}
          showsExemplars={showsExemplars}
          onRun={(text) => replace(index, text)}
          onRemove={queries.length > 1 ? () => replace(index, undefined) : undefined}
        />
      ))}
      <div>
        <button type="button" className="button" onClick={() => setParams({ q: [...queries, 'up'] })}>
          Add a query
        </button>
      </div>
    </div>
  )
}
