/** The address is the state: every view can be linked to, and Back goes back. */
import { useMemo, useSyncExternalStore } from 'react'

export interface PageLocation {
  path: string
  params: URLSearchParams
}

export type ParamChanges = Record<string, string | readonly string[] | undefined>

const changed = new EventTarget()

function subscribe(listener: () => void): () => void {
  changed.addEventListener('change', listener)
  window.addEventListener('popstate', listener)
  return () => {
    changed.removeEventListener('change', listener)
    window.removeEventListener('popstate', listener)
  }
}

export function navigate(href: string, { replace = false } = {}): void {
  if (replace) window.history.replaceState(undefined, '', href)
  else window.history.pushState(undefined, '', href)
  changed.dispatchEvent(new Event('change'))
}

export function usePageLocation(): PageLocation {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search)
  return useMemo(() => {
    const url = new URL(href, window.location.origin)
    return { path: url.pathname, params: url.searchParams }
  }, [href])
}

/** The current address with some parameters set, added to, or (undefined, "") taken away. */
export function hrefWith(location: PageLocation, changes: ParamChanges): string {
  const params = new URLSearchParams(location.params)
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name)
    for (const item of typeof value === 'string' || value === undefined ? [value] : value) {
      if (item !== undefined && item !== '') params.append(name, item)
    }
  }
  const search = params.toString()
  return search === '' ? location.path : `${location.path}?${search}`
}

/** What stays when one goes to another view: when one looks, and as whom. */
export function keptParams(params: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    ['from', 'to', 'tenant'].flatMap((name) => (params.has(name) ? [[name, params.get(name) ?? '']] : [])),
  )
}
