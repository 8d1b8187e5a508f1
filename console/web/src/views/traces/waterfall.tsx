import { useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { criticalPath } from '../../domain/critical-path.ts'
import type { PathSegment } from '../../domain/critical-path.ts'
import type { SpanNode, TraceTree } from '../../domain/trace-tree.ts'
import { flattenTree } from '../../domain/trace-tree.ts'
import { TimeRuler } from './time-ruler.tsx'
import { useWindowedRows } from './use-windowed-rows.ts'
import { WaterfallRow, rowHeight } from './waterfall-row.tsx'

interface WaterfallProps {
  tree: TraceTree
  selectedId: string | undefined
  onSelect: (spanId: string | undefined) => void
}

export function Waterfall({ tree, selectedId, onSelect }: WaterfallProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [showsPath, setShowsPath] = useState(true)
  const rows = useMemo(() => flattenTree(tree, (id) => collapsed.has(id)), [tree, collapsed])
  const path = useMemo(() => {
    const bySpan = Map.groupBy(criticalPath(tree), ({ spanId }) => spanId)
    return (id: string): readonly PathSegment[] => bySpan.get(id) ?? []
  }, [tree])
  const host = useRef<HTMLDivElement>(null)
  const window_ = useWindowedRows(host, rows.length, rowHeight)
  const selectedIndex = rows.findIndex(({ span }) => span.spanId === selectedId)
  const activeIndex = Math.max(0, selectedIndex)

  // A link to one span of many opens with that span in sight.
  useEffect(() => {
    if (selectedIndex < 0 || host.current === null) return
    const top = selectedIndex * rowHeight
    const { scrollTop, clientHeight } = host.current
    if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) host.current.scrollTop = top - clientHeight / 2
  }, [selectedIndex])

  const toggle = (id: string): void => setCollapsed((before) => before.symmetricDifference(new Set([id])))
  const move = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (row !== undefined) onSelect(row.span.spanId)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[activeIndex]
    if (row === undefined) return
    const isCollapsed = collapsed.has(row.span.spanId)
    const actions: Record<string, () => void> = {
      ArrowDown: () => move(selectedIndex < 0 ? 0 : activeIndex + 1),
      ArrowUp: () => move(activeIndex - 1),
      Home: () => move(0),
      End: () => move(rows.length - 1),
      ArrowLeft: () => {
        if (row.children.length > 0 && !isCollapsed) toggle(row.span.spanId)
        else move(rows.findLastIndex(({ span }) => span.spanId === row.span.parentSpanId))
      },
      ArrowRight: () => {
        if (isCollapsed) toggle(row.span.spanId)
        else if (row.children.length > 0) move(activeIndex + 1)
      },
      Enter: () => move(activeIndex),
      Escape: () => onSelect(undefined),
    }
    const action = actions[event.key]
    if (action === undefined || event.target !== event.currentTarget) return
    event.preventDefault()
    action()
  }

  return (
    <>
      <div className="panel-head">
        <span className="faint waterfall-hint">Arrow keys walk the spans, left and right fold them.</span>
        <label className="labelled">
          <input type="checkbox" checked={showsPath} onChange={(event) => setShowsPath(event.target.checked)} />
          Critical path
        </label>
        <button type="button" className="button button-small" onClick={() => setCollapsed(foldable(tree.roots))}>
          Fold all
        </button>
        <button type="button" className="button button-small" onClick={() => setCollapsed(new Set())}>
          Unfold all
        </button>
      </div>
      <TimeRuler durationNano={tree.durationNano} />
      <div
        ref={host}
        className="waterfall"
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        aria-activedescendant={rows[activeIndex] === undefined ? undefined : `span-${rows[activeIndex].span.spanId}`}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: rows.length * rowHeight, position: 'relative' }}>
          {rows.slice(window_.first, window_.end).map((node, offset) => (
            <WaterfallRow
              key={`${node.span.spanId}-${window_.first + offset}`}
              node={node}
              tree={tree}
              top={(window_.first + offset) * rowHeight}
              path={showsPath ? path(node.span.spanId) : []}
              isSelected={node.span.spanId === selectedId}
              isCollapsed={collapsed.has(node.span.spanId)}
              onSelect={() => onSelect(node.span.spanId)}
              onToggle={() => toggle(node.span.spanId)}
            />
          ))}
        </div>
      </div>
    </>
  )
}

/** Every span with children below the roots: folded, the trace shows its first two levels. */
function foldable(roots: readonly SpanNode[]): ReadonlySet<string> {
  const ids = new Set<string>()
  const stack = roots.flatMap(({ children }) => children)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.children.length > 0) ids.add(node.span.spanId)
    stack.push(...node.children)
  }
  return ids
}
