import { useState } from 'react'
import { useDraft } from '../../app/use-draft.ts'
import { useViewState } from '../../app/view-state.ts'
import { QueryEditor } from '../../components/query-editor/query-editor.tsx'
import { TimeRangePicker } from '../../components/time-range-picker.tsx'
import { isLogQuery, withFilter } from '../../domain/logql-query.ts'
import type { ApiError } from '../../api/api-error.ts'
import { LogResults } from './log-results.tsx'
import type { LogFilter } from './log-row.tsx'
import { LogTail } from './log-tail.tsx'
import { QuickQueries } from './quick-queries.tsx'
import { suggestLogql } from './suggest-logql.ts'
import './logs-view.css'

const defaultLogQuery = '{service_name=~".+"}'
const limits = ['50', '100', '500', '1000', '5000']

export function LogsView() {
  const state = useViewState()
  const { params, range, resolved, tenant, setParams } = state
  const query = params.get('q') ?? defaultLogQuery
  const isLive = params.get('live') === '1'
  const direction = params.get('dir') === 'forward' ? 'forward' : 'backward'
  const limit = limits.find((value) => value === params.get('limit')) ?? '100'
  const [draft, setDraft] = useDraft(query)
  const [error, setError] = useState<ApiError>()

  const run = (text: string): void => setParams({ q: text.trim() })
  const filter = (chosen: LogFilter): void => run(withFilter(query, chosen))

  return (
    <div className="view">
      <h1 className="visually-hidden">Logs</h1>
      <section className="panel query-panel" aria-label="Query">
        <div className="toolbar">
          <QueryEditor
            language="logql"
            label="LogQL query"
            placeholder={'{service_name="checkout"} |= "timeout"'}
            value={query}
            position={error?.position}
            suggest={(context) => suggestLogql(context, tenant)}
            onRun={run}
            onDraft={setDraft}
          />
          <button type="button" className="button button-primary" onClick={() => run(draft)}>
            Run
          </button>
        </div>
        <div className="toolbar">
          <QuickQueries params={params} />
          <span className="toolbar-gap" />
          <label className="labelled">
            Limit
            <select className="select" value={limit} onChange={(event) => setParams({ limit: event.target.value })}>
              {limits.map((value) => (
                <option key={value}>{value}</option>
              ))}
            </select>
          </label>
          <div className="segmented" role="group" aria-label="Order">
            <button
              type="button"
              className="button"
              aria-pressed={direction === 'backward'}
              onClick={() => setParams({ dir: undefined })}
            >
              Newest first
            </button>
            <button
              type="button"
              className="button"
              aria-pressed={direction === 'forward'}
              onClick={() => setParams({ dir: 'forward' })}
            >
              Oldest first
            </button>
          </div>
          <TimeRangePicker range={range} resolved={resolved} onChange={(chosen) => setParams({ ...chosen })} />
          <button
            type="button"
            className="button"
            aria-pressed={isLive}
            disabled={!isLogQuery(query)}
            onClick={() => setParams({ live: isLive ? undefined : '1' })}
          >
            <span className="dot" style={{ '--dot': isLive ? 'var(--error)' : 'var(--ink-faint)' }} />
            Live
          </button>
        </div>
      </section>
      {isLive && isLogQuery(query) ? (
        <LogTail
          key={`${query} ${tenant}`}
          query={query}
          tenant={tenant}
          params={params}
          onFilter={filter}
          onError={setError}
        />
      ) : (
        <LogResults
          state={state}
          query={query}
          limit={Number(limit)}
          direction={direction}
          onFilter={filter}
          onError={setError}
          onSelectRange={(fromMs, toMs) => setParams({ from: String(Math.floor(fromMs)), to: String(Math.ceil(toMs)) })}
        />
      )}
    </div>
  )
}
