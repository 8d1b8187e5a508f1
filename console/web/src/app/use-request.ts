import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/api-error.ts'

export interface RequestState<T> {
  isLoading: boolean
  /** The last answer; kept while the next one loads so that nothing jumps. */
  value: T | undefined
  error: ApiError | undefined
}

/**
 * Asks whenever `key` changes, and cancels what nobody waits for any more. `undefined` asks nothing. `load` is the one of
 * the render in which the key changed: everything it reads must be in the key.
 */
export function useRequest<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): RequestState<T> {
  const [state, setState] = useState<RequestState<T>>({
    isLoading: key !== undefined,
    value: undefined,
    error: undefined,
  })
  const latest = useRef(load)
  latest.current = load

  useEffect(() => {
    if (key === undefined) {
      setState({ isLoading: false, value: undefined, error: undefined })
      return
    }
    const controller = new AbortController()
    setState((previous) => ({ ...previous, isLoading: true }))
    latest.current(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setState({ isLoading: false, value, error: undefined })
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setState({ isLoading: false, value: undefined, error: toApiError(error) })
      },
    )
    return () => controller.abort()
  }, [key])

  return state
}

export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError(error instanceof Error ? error.message : String(error), 0, { cause: error })
}
