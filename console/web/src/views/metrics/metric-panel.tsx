import { useMemo, useRef } from 'react'
import { failureTitle } from '../../api/api-error.ts'
import { queryExemplars, queryInstant, queryRange } from '../../api/prometheus-client.ts'
import { navigate } from '../../app/page-location.ts'
import { useDraft } from '../../app/use-draft.ts'
import { useElementWidth } from '../../app/use-element-width.ts'
import { useRequest } from '../../app/use-request.ts'
import type { ViewState } from '../../app/view-state.ts'
import { traceHref } from '../../app/view-links.ts'
import type { ExemplarPoint } from '../../components/chart/time-chart.tsx'
import { TimeChart } from '../../components/chart/time-chart.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { NoResults } from '../../components/no-results.tsx'
import { QueryEditor } from '../../components/query-editor/query-editor.tsx'
import { exemplarPoints } from '../../domain/exemplars.ts'
import { guessUnit } from '../../domain/quantity.ts'
import { chooseStepMs } from '../../domain/series.ts'
import { rangeAround } from '../../domain/time-range.ts'
import { ExemplarList } from './exemplar-list.tsx'
import { InstantTable } from './instant-table.tsx'
import { suggestPromql } from './suggest-promql.ts'

interface MetricPanelProps {
  state: ViewState
  query: string
  isTable: boolean
  showsExemplars: boolean
  onRun: (query: string) => void
  onRemove: (() => void) | undefined
}

export function MetricPanel({ state, query, isTable, showsExemplars, onRun, onRemove }: MetricPanelProps) {
  const { resolved, range, tenant, runAtMs, params, setParams } = state
  const { fromMs, toMs } = resolved
  const host = useRef<HTMLElement>(null)
  const width = useElementWidth(host)
  const [draft, setDraft] = useDraft(query)
  const stepMs = chooseStepMs(toMs - fromMs, width ?? 900)
  const unit = guessUnit(query)
  const isReady = width !== undefined && query.trim() !== ''
  const key = JSON.stringify([query, fromMs, toMs, stepMs, tenant, runAtMs])

  const chart = useRequest(isReady && !isTable ? key : undefined, (signal) =>
    queryRange({ query, fromMs, toMs, stepMs }, { tenant, signal }),
  )
  const table = useRequest(isReady && isTable ? key : undefined, (signal) =>
    queryInstant(query, toMs, { tenant, signal }),
  )
  const found = useRequest(isReady && !isTable && showsExemplars ? key : undefined, (signal) =>
    queryExemplars(query, fromMs, toMs, { tenant, signal }),
  )
  const exemplars = useMemo(() => exemplarPoints(found.value ?? []), [found.value])
  // A dot has a place only on an axis of its own unit: exemplars of a latency histogram measure seconds.
  const drawn = unit === 'seconds' ? exemplars : noExemplars
  const { error, isLoading } = isTable ? table : chart
  const open = ({ traceId, labels, timestampMs }: ExemplarPoint): void =>
    navigate(traceHref(traceId, { spanId: labels.span_id, range: rangeAround(timestampMs, timestampMs), from: params }))

  return (
    <section ref={host} className="panel metric-panel" aria-label={query}>
      <div className="toolbar metric-query">
        <QueryEditor
          language="promql"
          label="PromQL query"
          placeholder="sum by (job) (rate(http_server_request_duration_seconds_count[1m]))"
          value={query}
          position={error?.position}
          suggest={(context) => suggestPromql(context, tenant)}
          onRun={(text) => onRun(text.trim())}
          onDraft={setDraft}
        />
        <button type="button" className="button button-primary" onClick={() => onRun(draft.trim())}>
          Run
        </button>
        {onRemove !== undefined && (
          <button type="button" className="button button-quiet" onClick={onRemove}>
            Remove
          </button>
        )}
      </div>
      <div className="panel-body" aria-busy={isLoading}>
        {error !== undefined && <ErrorPanel title={failureTitle('Prometheus', error)} error={error} />}
        {!isTable && error === undefined && chart.value === undefined && <div className="chart-loading" />}
        {!isTable && chart.value !== undefined && (
          <>
            {chart.value.warnings.map((warning) => (
              <p key={warning} className="badge badge-warn metric-warning">
                {warning}
              </p>
            ))}
            {chart.value.series.length === 0 ? (
              <NoResults what="series" query={query} range={range} resolved={resolved} />
            ) : (
              <TimeChart
                label={query}
                series={chart.value.series}
                exemplars={drawn}
                range={resolved}
                stepMs={stepMs}
                unit={unit}
                onSelectRange={(from, to) => setParams({ from: String(Math.floor(from)), to: String(Math.ceil(to)) })}
                onOpenExemplar={open}
              />
            )}
            {found.error !== undefined && <p className="faint">No exemplars: {found.error.message}</p>}
            {showsExemplars && exemplars.length > 0 && (
              <ExemplarList exemplars={exemplars} unit={unit} params={params} />
            )}
          </>
        )}
        {isTable && table.value !== undefined && (
          <InstantTable
            samples={table.value}
            query={query}
            timeMs={toMs}
            unit={unit}
            range={range}
            resolved={resolved}
          />
        )}
      </div>
    </section>
  )
}

const noExemplars: readonly ExemplarPoint[] = []
