import { useEffect, useState } from 'react'
import type { RefObject } from 'react'

/** Rows kept beyond the visible ones, so that scrolling shows no gaps. */
const overscan = 12

/** Which rows of a scrolling list to draw: a trace of ten thousand spans costs as much as one of fifty. */
export function useWindowedRows(
  host: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): { first: number; end: number } {
  const [box, setBox] = useState({ scrollTop: 0, height: 800 })
  useEffect(() => {
    const element = host.current
    if (element === null) return
    const measure = (): void => setBox({ scrollTop: element.scrollTop, height: element.clientHeight })
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      observer.disconnect()
    }
  }, [host])
  const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - overscan)
  return { first, end: Math.min(count, Math.ceil((box.scrollTop + box.height) / rowHeight) + overscan) }
}
