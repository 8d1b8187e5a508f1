import { useEffect, useRef } from 'react'

/** Calls while the page is visible; a hidden tab asks nothing. */
export function useInterval(intervalMs: number | undefined, callback: () => void): void {
  const latest = useRef(callback)
  latest.current = callback
  useEffect(() => {
    if (intervalMs === undefined) return
    const timer = setInterval(() => {
      if (!document.hidden) latest.current()
    }, intervalMs)
    return () => clearInterval(timer)
  }, [intervalMs])
}
