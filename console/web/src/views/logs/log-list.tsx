import { useMemo, useState } from 'react'
import type { LogRecord } from '../../domain/log-record.ts'
import { readLog } from '../../domain/log-record.ts'
import type { LogFilter } from './log-row.tsx'
import { LogRow } from './log-row.tsx'
import './log-list.css'

interface LogListProps {
  records: readonly LogRecord[]
  params: URLSearchParams
  onFilter: (filter: LogFilter) => void
}

export function LogList({ records, params, onFilter }: LogListProps) {
  const rows = useMemo(() => keyed(records), [records])
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const toggle = (key: string): void => setOpen((before) => before.symmetricDifference(new Set([key])))
  return (
    <ol className="log-list">
      {rows.map(({ key, record, log }) => (
        <LogRow
          key={key}
          record={record}
          log={log}
          params={params}
          isOpen={open.has(key)}
          onToggle={() => toggle(key)}
          onFilter={onFilter}
        />
      ))}
    </ol>
  )
}

/** Equal lines at one time are different records; their order tells them apart. */
function keyed(records: readonly LogRecord[]) {
  const seen = new Map<string, number>()
  return records.map((record) => {
    const base = `${record.timeUnixNano} ${record.line}`
    const count = seen.get(base) ?? 0
    seen.set(base, count + 1)
    return { key: `${base} ${count}`, record, log: readLog(record) }
  })
}
