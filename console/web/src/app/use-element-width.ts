import { useEffect, useState } from 'react'
import type { RefObject } from 'react'

/** Of the first layout, then when it has changed for long enough to be meant: a query's step follows from it. */
export function useElementWidth(element: RefObject<HTMLElement | null>): number | undefined {
  const [width, setWidth] = useState<number>()
  useEffect(() => {
    if (element.current === null) return
    const target = element.current
    setWidth(target.clientWidth)
    let timer: ReturnType<typeof setTimeout> | undefined
    const observer = new ResizeObserver(() => {
      clearTimeout(timer)
      timer = setTimeout(() => setWidth(target.clientWidth), 300)
    })
    observer.observe(target)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [element])
  return width
}
