import { Link } from '../../app/link.tsx'
import { logsHref } from '../../app/view-links.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { ServiceName } from '../../components/service-name.tsx'
import { formatNano } from '../../domain/duration.ts'
import { logsOfTrace, traceRange } from '../../domain/span-links.ts'
import { formatClock } from '../../domain/time-range.ts'
import type { Trace } from '../../domain/trace.ts'
import type { TraceTree } from '../../domain/trace-tree.ts'

interface TraceSummaryBarProps {
  trace: Trace
  tree: TraceTree
  params: URLSearchParams
  isFlame: boolean
  onShow: (view: 'waterfall' | 'flame') => void
}

export function TraceSummaryBar({ trace, tree, params, isFlame, onShow }: TraceSummaryBarProps) {
  const [root] = tree.roots
  const range = traceRange(tree.startTimeUnixNano, tree.durationNano)
  const orphans = tree.roots.filter(({ isOrphan }) => isOrphan).length
  return (
    <section className="panel trace-summary" aria-label="Trace">
      <div className="trace-title">
        <h1>
          {root !== undefined && <ServiceName name={root.span.service} />} {root?.span.name}
        </h1>
        <span className="mono trace-id">{trace.traceId}</span>
        <CopyButton text={trace.traceId} label="Copy the trace id" />
      </div>
      <dl className="trace-facts">
        <Fact name="Start">{formatClock(Number(tree.startTimeUnixNano / 1_000_000n))}</Fact>
        <Fact name="Duration">{formatNano(tree.durationNano)}</Fact>
        <Fact name="Spans">{tree.size}</Fact>
        <Fact name="Services">{tree.services.length}</Fact>
        <Fact name="Errors">
          {tree.errorCount === 0 ? '0' : <span className="badge badge-error">{tree.errorCount}</span>}
        </Fact>
        {orphans > 0 && (
          <Fact name="Parents missing">
            <span className="badge badge-warn">{orphans}</span>
          </Fact>
        )}
      </dl>
      <div className="toolbar">
        <div className="segmented" role="group" aria-label="Picture">
          <button type="button" className="button" aria-pressed={!isFlame} onClick={() => onShow('waterfall')}>
            Waterfall
          </button>
          <button type="button" className="button" aria-pressed={isFlame} onClick={() => onShow('flame')}>
            Flame graph
          </button>
        </div>
        <Link className="button" href={logsHref(logsOfTrace(trace.traceId), { range, from: params })}>
          Logs of this trace
        </Link>
      </div>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
