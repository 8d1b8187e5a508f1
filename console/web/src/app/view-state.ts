import { useMemo, useState } from 'react'
import type { TimeRange } from '../domain/time-range.ts'
import { defaultRange, resolveRange } from '../domain/time-range.ts'
import type { ParamChanges } from './page-location.ts'
import { hrefWith, navigate, usePageLocation } from './page-location.ts'

/** What every view reads from its address, and how it changes it. */
export function useViewState() {
  const location = usePageLocation()
  const { params } = location
  const from = params.get('from') ?? defaultRange.from
  const to = params.get('to') ?? defaultRange.to
  const tenant = params.get('tenant') ?? undefined
  const [runAtMs, setRunAtMs] = useState(Date.now)

  const range: TimeRange = useMemo(() => ({ from, to }), [from, to])
  // "now" moves only when somebody asks again, so that a re-render never changes what is on the screen.
  const resolved = useMemo(() => resolveRange({ from, to }, runAtMs), [from, to, runAtMs])

  return {
    location,
    params,
    range,
    resolved,
    tenant,
    /** Identity of one question: the same text again is a new question. */
    runAtMs,
    run: () => setRunAtMs(Date.now()),
    setParams: (changes: ParamChanges, options: { replace?: boolean } = {}): void => {
      setRunAtMs(Date.now())
      navigate(hrefWith(location, changes), options)
    },
  }
}

export type ViewState = ReturnType<typeof useViewState>
