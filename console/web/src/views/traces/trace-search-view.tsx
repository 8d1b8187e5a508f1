import { failureTitle } from '../../api/api-error.ts'
import { queryMetrics, searchTraces } from '../../api/tempo-client.ts'
import { useDraft } from '../../app/use-draft.ts'
import { useRequest } from '../../app/use-request.ts'
import { useViewState } from '../../app/view-state.ts'
import { TimeChart } from '../../components/chart/time-chart.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { NoResults } from '../../components/no-results.tsx'
import { QueryEditor } from '../../components/query-editor/query-editor.tsx'
import { TimeRangePicker } from '../../components/time-range-picker.tsx'
import { chooseStepMs } from '../../domain/series.ts'
import { isMetricsTraceql } from '../../domain/traceql-query.ts'
import { SearchFilters } from './search-filters.tsx'
import { suggestTraceql } from './suggest-traceql.ts'
import { TraceTable } from './trace-table.tsx'
import './trace-search-view.css'

const defaultQuery = '{ }'
const limits = ['20', '50', '100', '500']

export function TraceSearchView() {
  const state = useViewState()
  const { params, range, resolved, tenant, runAtMs, setParams } = state
  const query = params.get('q') ?? defaultQuery
  const limit = limits.find((value) => value === params.get('limit')) ?? '20'
  const [draft, setDraft] = useDraft(query)
  const isMetrics = isMetricsTraceql(query)
  const { fromMs, toMs } = resolved
  const stepMs = chooseStepMs(toMs - fromMs, 900)
  const key = JSON.stringify([query, fromMs, toMs, limit, tenant, runAtMs])
  const found = useRequest(isMetrics ? undefined : key, (signal) =>
    searchTraces({ query, fromMs, toMs, limit: Number(limit) }, { tenant, signal }),
  )
  const metrics = useRequest(isMetrics ? key : undefined, (signal) =>
    queryMetrics({ query, fromMs, toMs, stepMs }, { tenant, signal }),
  )
  const { error, isLoading } = isMetrics ? metrics : found
  const run = (text: string): void => setParams({ q: text.trim() || defaultQuery })
  const isEmpty = (isMetrics ? metrics.value : found.value)?.length === 0

  return (
    <div className="view">
      <h1 className="visually-hidden">Traces</h1>
      <section className="panel query-panel" aria-label="Query">
        <div className="toolbar">
          <QueryEditor
            language="traceql"
            label="TraceQL query"
            placeholder={'{ resource.service.name = "checkout" && status = error }'}
            value={query}
            position={error?.position}
            suggest={(context) => suggestTraceql(context, tenant)}
            onRun={run}
            onDraft={setDraft}
          />
          <button type="button" className="button button-primary" onClick={() => run(draft)}>
            Run
          </button>
        </div>
        <div className="toolbar">
          <SearchFilters query={query} tenant={tenant} onChange={run} />
          <span className="toolbar-gap" />
          <label className="labelled">
            Limit
            <select className="select" value={limit} onChange={(event) => setParams({ limit: event.target.value })}>
              {limits.map((value) => (
                <option key={value}>{value}</option>
              ))}
            </select>
          </label>
          <TimeRangePicker range={range} resolved={resolved} onChange={(chosen) => setParams({ ...chosen })} />
        </div>
      </section>
      {error !== undefined && <ErrorPanel title={failureTitle('Tempo', error)} error={error} />}
      {error === undefined && (
        <section className="panel" aria-label="Results" aria-busy={isLoading}>
          {isMetrics
            ? metrics.value !== undefined &&
              metrics.value.length > 0 && (
                <div className="panel-body">
                  <TimeChart
                    label={query}
                    series={metrics.value}
                    range={resolved}
                    stepMs={stepMs}
                    unit="number"
                    onSelectRange={(from, to) =>
                      setParams({ from: String(Math.floor(from)), to: String(Math.ceil(to)) })
                    }
                  />
                </div>
              )
            : found.value !== undefined &&
              found.value.length > 0 && <TraceTable traces={found.value} params={params} />}
          {isEmpty && (
            <NoResults
              what={isMetrics ? 'series' : 'traces'}
              query={query}
              range={range}
              resolved={resolved}
              hint="A trace is found some seconds after it ended."
            />
          )}
          {isLoading && (isMetrics ? metrics.value : found.value) === undefined && <div className="results-loading" />}
        </section>
      )}
    </div>
  )
}
