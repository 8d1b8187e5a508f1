import type { CSSProperties } from 'react'
import { serviceHue } from '../../app/service-hue.ts'
import type { PathSegment } from '../../domain/critical-path.ts'
import { formatNano } from '../../domain/duration.ts'
import type { SpanNode, TraceTree } from '../../domain/trace-tree.ts'

export const rowHeight = 26

interface WaterfallRowProps {
  node: SpanNode
  tree: TraceTree
  top: number
  path: readonly PathSegment[]
  isSelected: boolean
  isCollapsed: boolean
  onSelect: () => void
  onToggle: () => void
}

export function WaterfallRow({
  node,
  tree,
  top,
  path,
  isSelected,
  isCollapsed,
  onSelect,
  onToggle,
}: WaterfallRowProps) {
  const { span, depth, children, isOrphan } = node
  const whole = Number(tree.durationNano) || 1
  const percent = (timeUnixNano: bigint): number => (Number(timeUnixNano - tree.startTimeUnixNano) / whole) * 100
  const left = percent(span.startTimeUnixNano)
  const width = (Number(span.durationNano) / whole) * 100
  const isError = span.status === 'error'
  const place = durationPlace(left, width)
  return (
    // Keys are handled by the tree, which holds the focus and names this row as active.
    <div
      id={`span-${span.spanId}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isSelected}
      aria-expanded={children.length === 0 ? undefined : !isCollapsed}
      aria-label={`${span.service} ${span.name}, ${formatNano(span.durationNano)}${isError ? ', error' : ''}`}
      className="waterfall-row"
      style={{ top, height: rowHeight, '--dot': serviceHue(span.service) }}
      onClick={onSelect}
    >
      <div className="waterfall-name" style={{ paddingLeft: 6 + Math.min(depth, 16) * 14 }}>
        <span
          className={`waterfall-fold ${children.length === 0 ? 'is-leaf' : ''}`}
          onClick={(event) => {
            if (children.length === 0) return
            event.stopPropagation()
            onToggle()
          }}
        >
          {children.length > 0 && (isCollapsed ? '▸' : '▾')}
        </span>
        <span className="service-chip" />
        {isError && (
          <span className="waterfall-error" aria-hidden="true">
            !
          </span>
        )}
        <span className="waterfall-service">{span.service}</span>
        <span className="waterfall-operation">{span.name}</span>
        {isOrphan && <span className="badge badge-warn">parent missing</span>}
        {isCollapsed && <span className="badge">{countBelow(node)}</span>}
      </div>
      <div className="waterfall-track">
        <span
          className={`waterfall-bar ${isError ? 'is-error' : ''}`}
          style={{ left: `${left}%`, width: `${width}%` }}
        />
        {path.map(({ fromUnixNano, toUnixNano }) => (
          <span
            key={String(fromUnixNano)}
            className="waterfall-path"
            style={{
              left: `${percent(fromUnixNano)}%`,
              width: `${(Number(toUnixNano - fromUnixNano) / whole) * 100}%`,
            }}
          />
        ))}
        {span.events.map((event, index) => (
          <span
            key={`${index}-${event.name}`}
            className={`waterfall-event ${event.name === 'exception' ? 'is-error' : ''}`}
            title={event.name}
            style={{ left: `${percent(event.timeUnixNano)}%` }}
          />
        ))}
        <span className={`waterfall-duration ${place.isInside ? 'is-inside' : ''}`} style={place.style}>
          {formatNano(span.durationNano)}
        </span>
      </div>
    </div>
  )
}

/** After the bar where there is room, else before it, else within its end. */
function durationPlace(left: number, width: number): { isInside: boolean; style: CSSProperties } {
  const end = left + width
  if (end <= 75) return { isInside: false, style: { left: `${end}%` } }
  return left >= 25
    ? { isInside: false, style: { right: `${100 - left}%` } }
    : { isInside: true, style: { right: `${100 - end}%` } }
}

function countBelow({ children }: SpanNode): number {
  return children.reduce((sum, child) => sum + 1 + countBelow(child), 0)
}
