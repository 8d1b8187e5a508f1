import { useEffect } from 'react'
import { failureTitle } from '../../api/api-error.ts'
import type { ApiError } from '../../api/api-error.ts'
import { queryRange } from '../../api/loki-client.ts'
import { useRequest } from '../../app/use-request.ts'
import type { ViewState } from '../../app/view-state.ts'
import { TimeChart } from '../../components/chart/time-chart.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { NoResults } from '../../components/no-results.tsx'
import { isLogQuery } from '../../domain/logql-query.ts'
import { formatBytes, guessUnit } from '../../domain/quantity.ts'
import { chooseStepMs } from '../../domain/series.ts'
import type { LogFilter } from './log-row.tsx'
import { LogList } from './log-list.tsx'
import { LogVolume } from './log-volume.tsx'

interface LogResultsProps {
  state: ViewState
  query: string
  limit: number
  direction: 'backward' | 'forward'
  onFilter: (filter: LogFilter) => void
  onError: (error: ApiError | undefined) => void
  onSelectRange: (fromMs: number, toMs: number) => void
}

export function LogResults({ state, query, limit, direction, onFilter, onError, onSelectRange }: LogResultsProps) {
  const { resolved, range, tenant, runAtMs, params } = state
  const { fromMs, toMs } = resolved
  const stepMs = chooseStepMs(toMs - fromMs, 900)
  const key = JSON.stringify([query, fromMs, toMs, limit, direction, tenant, runAtMs])
  const { value, error, isLoading } = useRequest(key, (signal) =>
    queryRange({ query, fromMs, toMs, limit, direction, stepMs }, { tenant, signal }),
  )
  useEffect(() => onError(error), [error, onError])

  if (error !== undefined) return <ErrorPanel title={failureTitle('Loki', error)} error={error} />
  return (
    <>
      {isLogQuery(query) && <LogVolume state={state} query={query} onSelectRange={onSelectRange} />}
      <section className="panel" aria-label="Results" aria-busy={isLoading}>
        {value === undefined && <div className="results-loading" />}
        {value?.kind === 'series' && value.series.length > 0 && (
          <div className="panel-body">
            <TimeChart
              label={query}
              series={value.series}
              range={resolved}
              stepMs={stepMs}
              unit={guessUnit(query)}
              onSelectRange={onSelectRange}
            />
          </div>
        )}
        {value?.kind === 'lines' && value.records.length > 0 && (
          <>
            <p className="results-summary">
              {value.records.length === limit ? `First ${limit} lines` : `${value.records.length} lines`}
              {value.records.length === limit && ', more match; raise the limit or narrow the time'}
              {value.bytesProcessed > 0 && ` · ${formatBytes(value.bytesProcessed)} read`}
            </p>
            <LogList records={value.records} params={params} onFilter={onFilter} />
          </>
        )}
        {value !== undefined && (value.kind === 'lines' ? value.records : value.series).length === 0 && (
          <NoResults what="lines" query={query} range={range} resolved={resolved} />
        )}
      </section>
    </>
  )
}
