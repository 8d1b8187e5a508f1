import { useEffect, useRef, useState } from 'react'
import type { ApiError } from '../../api/api-error.ts'
import { tail } from '../../api/loki-client.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import type { LogRecord } from '../../domain/log-record.ts'
import { LogList } from './log-list.tsx'
import type { LogFilter } from './log-row.tsx'

interface LogTailProps {
  query: string
  tenant: string | undefined
  params: URLSearchParams
  onFilter: (filter: LogFilter) => void
  onError: (error: ApiError | undefined) => void
}

/** More is not read by anyone, and keeps the page light in a flood. */
const keptLines = 500
/** The first lines come from just before, so that a quiet stream is not an empty page. */
const lookBackMs = 60_000
/** Lines arrive one by one; the list is drawn at most this often. */
const drawEveryMs = 200

export function LogTail({ query, tenant, params, onFilter, onError }: LogTailProps) {
  const [records, setRecords] = useState<readonly LogRecord[]>([])
  const [received, setReceived] = useState(0)
  const [dropped, setDropped] = useState(0)
  const [isPaused, setIsPaused] = useState(false)
  const [error, setError] = useState<ApiError>()
  const waiting = useRef<LogRecord[]>([])
  const paused = useRef(false)
  paused.current = isPaused

  useEffect(() => {
    const stop = tail(
      query,
      Date.now() - lookBackMs,
      100,
      { tenant },
      {
        onRecords: (arrived) => waiting.current.push(...arrived),
        onDropped: (count) => setDropped((before) => before + count),
        onClose: (reason) => setError(reason),
      },
    )
    const timer = setInterval(() => {
      if (paused.current || waiting.current.length === 0) return
      const arrived = waiting.current.splice(0)
      setReceived((before) => before + arrived.length)
      setRecords((before) => [...arrived.toReversed(), ...before].slice(0, keptLines))
    }, drawEveryMs)
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [query, tenant])
  useEffect(() => onError(error), [error, onError])

  return (
    <section className="panel" aria-label="Live tail">
      <div className="panel-head">
        <span>
          <span className="dot pulse" style={{ '--dot': error === undefined ? 'var(--error)' : 'var(--ink-faint)' }} />{' '}
          Live{' '}
          <span className="faint">
            {received} lines{dropped > 0 && `, ${dropped} dropped by Loki`}
          </span>
        </span>
        <button
          type="button"
          className="button button-small"
          aria-pressed={isPaused}
          onClick={() => setIsPaused(!isPaused)}
        >
          {isPaused ? 'Resume' : 'Pause'}
        </button>
      </div>
      {error !== undefined && <ErrorPanel title="The live tail ended" error={error} />}
      {records.length === 0 && error === undefined && (
        <EmptyState title="Waiting for lines">
          <p>
            <code>{query}</code>
          </p>
        </EmptyState>
      )}
      <LogList records={records} params={params} onFilter={onFilter} />
    </section>
  )
}
