import type { ResolvedRange, TimeRange } from '../domain/time-range.ts'
import { describeRange, formatMoment } from '../domain/time-range.ts'
import { EmptyState } from './empty-state.tsx'

interface NoResultsProps {
  what: string
  query: string
  range: TimeRange
  resolved: ResolvedRange
  hint?: string
}

/** Says what was asked and for which time, because the usual reason for nothing is one of the two. */
export function NoResults({ what, query, range, resolved, hint }: NoResultsProps) {
  return (
    <EmptyState title={`No ${what}`}>
      <p>
        <code>{query}</code>
      </p>
      <p>
        {describeRange(range)}: {formatMoment(resolved.fromMs)} to {formatMoment(resolved.toMs)}
      </p>
      {hint !== undefined && <p>{hint}</p>}
    </EmptyState>
  )
}
