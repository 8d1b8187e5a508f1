import { useMemo } from 'react'
import type { TimeRange } from '../domain/time-range.ts'
import { defaultRange, resolveRange } from '../domain/time-range.ts'
import type { NavigateOptions, ParamChanges } from './page-location.ts'
import { hrefWith, navigate, usePageLocation } from './page-location.ts'

/** What every view reads from its address, and how it changes it. */
export function useViewState() {
  const location = usePageLocation()
  const { params, askedAtMs } = location
  const from = params.get('from') ?? defaultRange.from
  const to = params.get('to') ?? defaultRange.to
  const range: TimeRange = useMemo(() => ({ from, to }), [from, to])
  const resolved = useMemo(() => resolveRange({ from, to }, askedAtMs), [from, to, askedAtMs])

  return {
    params,
    range,
    resolved,
    tenant: params.get('tenant') ?? undefined,
    /** Identity of one question: the same text again is a new question. */
    runAtMs: askedAtMs,
    run: (): void => navigate(hrefWith(location, {}), { replace: true }),
    setParams: (changes: ParamChanges, options: NavigateOptions = {}): void =>
      navigate(hrefWith(location, changes), options),
  }
}

export type ViewState = ReturnType<typeof useViewState>
