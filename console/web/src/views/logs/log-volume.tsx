import { useMemo, useRef, useState } from 'react'
import type { PointerEvent } from 'react'
import { queryRange } from '../../api/loki-client.ts'
import { useRequest } from '../../app/use-request.ts'
import type { ViewState } from '../../app/view-state.ts'
import type { LogLevel } from '../../domain/log-record.ts'
import { logLevels } from '../../domain/log-record.ts'
import type { VolumeBucket } from '../../domain/log-volume.ts'
import { volumeBuckets, volumeRange, volumeStepMs, volumeTotals } from '../../domain/log-volume.ts'
import { volumeQuery } from '../../domain/logql-query.ts'
import { formatNumber } from '../../domain/quantity.ts'
import { formatClock } from '../../domain/time-range.ts'
import './log-volume.css'

interface LogVolumeProps {
  state: ViewState
  query: string
  onSelectRange: (fromMs: number, toMs: number) => void
}

export const levelColours: Record<LogLevel, string> = {
  error: 'var(--error)',
  warn: 'var(--warn)',
  info: 'var(--level-info)',
  debug: 'var(--level-debug)',
  unknown: 'var(--level-unknown)',
}

/** How many lines at which level, over the whole range: the list shows only its newest part. */
export function LogVolume({ state, query, onSelectRange }: LogVolumeProps) {
  const { resolved, tenant, runAtMs } = state
  const stepMs = volumeStepMs(resolved.toMs - resolved.fromMs)
  const range = useMemo(() => volumeRange(resolved, stepMs), [resolved, stepMs])
  const { value, error } = useRequest(JSON.stringify([query, range, tenant, runAtMs]), (signal) =>
    queryRange({ query: volumeQuery(query, stepMs), ...range, stepMs }, { tenant, signal }),
  )
  const buckets = useMemo(
    () => volumeBuckets(value?.kind === 'series' ? value.series : [], range, stepMs),
    [value, range, stepMs],
  )
  const totals = volumeTotals(buckets)
  const total = totals.reduce((sum, { count }) => sum + count, 0)

  return (
    <section className="panel log-volume" aria-label="Log volume">
      <div className="log-volume-head">
        <span>
          <strong>{formatNumber(total)}</strong> <span className="faint">lines by level</span>
        </span>
        <ul>
          {totals.map(({ level, count }) => (
            <li key={level}>
              <span className="dot" style={{ '--dot': levelColours[level] }} /> {level} {formatNumber(count)}
            </li>
          ))}
        </ul>
      </div>
      {error === undefined ? (
        <VolumeBars buckets={buckets} onSelectRange={onSelectRange} />
      ) : (
        <p className="log-volume-error">No volume: {error.message}</p>
      )}
    </section>
  )
}

const barHeight = 56

function VolumeBars({
  buckets,
  onSelectRange,
}: {
  buckets: readonly VolumeBucket[]
  onSelectRange: LogVolumeProps['onSelectRange']
}) {
  const top = Math.max(1, ...buckets.map(({ total }) => total))
  const [selection, setSelection] = useState<{ from: number; to: number }>()
  const [hovered, setHovered] = useState<number>()
  const host = useRef<SVGSVGElement>(null)
  const at = (event: PointerEvent): number => {
    const box = host.current?.getBoundingClientRect()
    if (box === undefined) return 0
    return Math.max(
      0,
      Math.min(buckets.length - 1, Math.floor(((event.clientX - box.left) / box.width) * buckets.length)),
    )
  }
  const finish = (): void => {
    if (selection === undefined) return
    const [from, to] = [Math.min(selection.from, selection.to), Math.max(selection.from, selection.to)]
    setSelection(undefined)
    const first = buckets[from]
    const last = buckets[to]
    if (first !== undefined && last !== undefined) onSelectRange(first.fromMs, last.toMs)
  }
  const bucket = buckets[hovered ?? -1]
  const first = buckets[0]
  const last = buckets.at(-1)
  return (
    <>
      <svg
        ref={host}
        className="log-volume-bars"
        viewBox={`0 0 ${Math.max(1, buckets.length)} ${barHeight}`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Lines over time. Drag to look closer."
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setSelection({ from: at(event), to: at(event) })
        }}
        onPointerMove={(event) => {
          setHovered(at(event))
          if (selection !== undefined) setSelection({ ...selection, to: at(event) })
        }}
        onPointerUp={finish}
        onPointerLeave={() => setHovered(undefined)}
      >
        {selection !== undefined && (
          <rect
            x={Math.min(selection.from, selection.to)}
            width={Math.abs(selection.to - selection.from) + 1}
            height={barHeight}
            fill="var(--accent)"
            opacity="0.16"
          />
        )}
        {hovered !== undefined && selection === undefined && (
          <rect x={hovered} width="1" height={barHeight} fill="var(--hover)" />
        )}
        {buckets.map(({ counts, fromMs }, index) => {
          let y = barHeight
          return logLevels.map((level) => {
            const height = counts[level] === 0 ? 0 : Math.max(1, (counts[level] / top) * (barHeight - 2))
            y -= height
            return height === 0 ? undefined : (
              <rect
                key={`${fromMs}${level}`}
                x={index + 0.1}
                y={y}
                width="0.8"
                height={height}
                fill={levelColours[level]}
              />
            )
          })
        })}
      </svg>
      <div className="log-volume-axis">
        <span>{first === undefined ? '' : formatClock(first.fromMs).slice(0, -4)}</span>
        <span>
          {bucket !== undefined &&
            `${formatClock(bucket.fromMs).slice(0, -4)} · ${
              logLevels
                .filter((level) => bucket.counts[level] > 0)
                .map((level) => `${level} ${bucket.counts[level]}`)
                .join(', ') || 'no lines'
            }`}
        </span>
        <span>{last === undefined ? '' : formatClock(last.toMs).slice(0, -4)}</span>
      </div>
    </>
  )
}
