import { tagValues } from '../../api/tempo-client.ts'
import { useRequest } from '../../app/use-request.ts'
import type { TraceFilters } from '../../domain/traceql-query.ts'
import { fromTraceql, toTraceql } from '../../domain/traceql-query.ts'

interface SearchFiltersProps {
  query: string
  tenant: string | undefined
  onChange: (query: string) => void
}

const durations = ['10ms', '50ms', '100ms', '250ms', '500ms', '1s', '2s', '5s']
const statuses = ['error', 'ok', 'unset'] as const

export function SearchFilters({ query, tenant, onChange }: SearchFiltersProps) {
  const filters = fromTraceql(query)
  const services = useRequest(`services ${tenant}`, (signal) => tagValues('resource.service.name', { tenant, signal }))
  const current = filters ?? { service: undefined, status: undefined, minDuration: undefined }
  const change = (changes: Partial<TraceFilters>): void => onChange(toTraceql({ ...current, ...changes }))
  const names = new Set(services.value?.map(({ value }) => value).toSorted())
  if (current.service !== undefined) names.add(current.service)
  const minDurations = new Set(durations)
  if (current.minDuration !== undefined) minDurations.add(current.minDuration)

  return (
    <div
      className="toolbar"
      role="group"
      aria-label="Quick filters"
      title={
        filters === undefined ? 'The query says more than these filters can show; choosing one replaces it.' : undefined
      }
    >
      <label className="labelled">
        Service
        <select
          className="select"
          value={current.service ?? ''}
          onChange={(event) => change({ service: event.target.value || undefined })}
        >
          <option value="">any</option>
          {[...names].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label className="labelled">
        Status
        <select
          className="select"
          value={current.status ?? ''}
          onChange={(event) => change({ status: statuses.find((status) => status === event.target.value) })}
        >
          <option value="">any</option>
          {statuses.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
      </label>
      <label className="labelled">
        Longer than
        <select
          className="select"
          value={current.minDuration ?? ''}
          onChange={(event) => change({ minDuration: event.target.value || undefined })}
        >
          <option value="">any</option>
          {[...minDurations].map((duration) => (
            <option key={duration}>{duration}</option>
          ))}
        </select>
      </label>
    </div>
  )
}
