import { useMemo, useState } from 'react'
import { serviceHue } from '../../app/service-hue.ts'
import { formatNano } from '../../domain/duration.ts'
import type { FlameFrame } from '../../domain/flame-tree.ts'
import { buildFlameTree, findFrame, layoutFlame } from '../../domain/flame-tree.ts'
import type { TraceTree } from '../../domain/trace-tree.ts'

interface FlameGraphProps {
  tree: TraceTree
  selectedId: string | undefined
  onSelect: (spanId: string) => void
}

const frameHeight = 24

/** Where the time went: same calls under the same caller merged. A frame chosen becomes the whole width. */
export function FlameGraph({ tree, selectedId, onSelect }: FlameGraphProps) {
  const roots = useMemo(() => buildFlameTree(tree), [tree])
  const [focusId, setFocusId] = useState<string>()
  const focus = focusId === undefined ? undefined : findFrame(roots, focusId)
  const boxes = useMemo(() => layoutFlame(focus === undefined ? roots : [focus]), [roots, focus])
  const depth = Math.max(0, ...boxes.map((box) => box.depth)) + 1
  const choose = (frame: FlameFrame): void => {
    setFocusId(frame.id === focusId ? undefined : frame.id)
    const [spanId] = frame.spanIds
    if (spanId !== undefined) onSelect(spanId)
  }
  return (
    <>
      <div className="panel-head">
        <span className="faint">Width is time, calls of one kind merged. Choose a frame to enlarge it.</span>
        <button
          type="button"
          className="button button-small"
          disabled={focus === undefined}
          onClick={() => setFocusId(undefined)}
        >
          Whole trace
        </button>
      </div>
      <div className="flame-graph">
        <div style={{ height: depth * frameHeight }}>
          {boxes.map(({ frame, depth: level, left, width }) => (
            <button
              type="button"
              key={frame.id}
              className={`flame-frame ${frame.errorCount > 0 ? 'is-error' : ''}`}
              aria-pressed={selectedId !== undefined && frame.spanIds.includes(selectedId)}
              title={describe(frame)}
              style={{
                '--dot': serviceHue(frame.service),
                top: level * frameHeight,
                left: `${left * 100}%`,
                width: `${width * 100}%`,
              }}
              onClick={() => choose(frame)}
            >
              <strong>{frame.service}</strong> {frame.name}{' '}
              <span className="flame-time">{formatNano(frame.totalNano)}</span>
              <span className="visually-hidden">{describe(frame)}</span>
            </button>
          ))}
        </div>
      </div>
    </>
  )
}

function describe({ service, name, totalNano, selfNano, spanIds, errorCount }: FlameFrame): string {
  const calls = `${spanIds.length} ${spanIds.length === 1 ? 'call' : 'calls'}${errorCount > 0 ? `, ${errorCount} failed` : ''}`
  return `${service}: ${name}\n${formatNano(totalNano)} in ${calls}; ${formatNano(selfNano)} of its own`
}
