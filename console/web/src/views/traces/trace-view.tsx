import { useMemo } from 'react'
import { getTrace } from '../../api/tempo-client.ts'
import type { ParamChanges } from '../../app/page-location.ts'
import { useRequest } from '../../app/use-request.ts'
import type { ViewState } from '../../app/view-state.ts'
import { useViewState } from '../../app/view-state.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import type { Trace } from '../../domain/trace.ts'
import { buildTraceTree } from '../../domain/trace-tree.ts'
import { FlameGraph } from './flame-graph.tsx'
import { SpanDetails } from './span-details.tsx'
import { TraceSummaryBar } from './trace-summary-bar.tsx'
import { Waterfall } from './waterfall.tsx'
import './trace-view.css'

export function TraceView({ traceId }: { traceId: string }) {
  const state = useViewState()
  const { tenant, runAtMs, run } = state
  const isId = /^[0-9a-f]{1,32}$/i.test(traceId)
  const { value, error, isLoading } = useRequest(isId ? `${traceId} ${tenant} ${runAtMs}` : undefined, (signal) =>
    getTrace(traceId.toLowerCase().padStart(32, '0'), { tenant, signal }),
  )
  if (!isId)
    return <EmptyState title={`"${traceId}" is no trace id`}>A trace id is up to 32 hexadecimal digits.</EmptyState>
  if (error !== undefined) return <ErrorPanel title="Tempo did not give the trace" error={error} />
  if (value !== undefined) return <LoadedTrace trace={value} state={state} />
  if (isLoading) return <div className="view-loading" role="status" aria-label="Loading the trace" />
  return (
    <EmptyState title="Tempo has no such trace">
      <p>
        <code>{traceId}</code>
        {tenant !== undefined && ` for tenant ${tenant}`}
      </p>
      <p>A trace that has only just ended takes a moment to arrive.</p>
      <button type="button" className="button" onClick={run}>
        Ask again
      </button>
    </EmptyState>
  )
}

function LoadedTrace({ trace, state }: { trace: Trace; state: ViewState }) {
  const { params, setParams } = state
  const tree = useMemo(() => buildTraceTree(trace), [trace])
  const isFlame = params.get('view') === 'flame'
  const spanId = params.get('span') ?? undefined
  const selected = trace.spans.find((span) => span.spanId === spanId)
  // Choosing a span is part of the address, but walking along twenty of them is not twenty steps Back.
  const look = (changes: ParamChanges): void => setParams(changes, { replace: true, isSameQuestion: true })
  const select = (id: string | undefined): void => look({ span: id })

  return (
    <div className="view">
      <TraceSummaryBar
        trace={trace}
        tree={tree}
        params={params}
        isFlame={isFlame}
        onShow={(view) => look({ view: view === 'flame' ? 'flame' : undefined })}
      />
      <div className={`trace-body ${selected === undefined ? '' : 'with-details'}`}>
        <section className="panel trace-picture" aria-label={isFlame ? 'Flame graph' : 'Waterfall'}>
          {isFlame ? (
            <FlameGraph tree={tree} selectedId={spanId} onSelect={select} />
          ) : (
            <Waterfall tree={tree} selectedId={spanId} onSelect={select} />
          )}
        </section>
        {selected !== undefined && (
          <SpanDetails span={selected} tree={tree} params={params} onClose={() => select(undefined)} />
        )}
      </div>
    </div>
  )
}
