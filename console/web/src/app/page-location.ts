/** The address is the state: every view can be linked to, and Back goes back. */
import { useMemo, useSyncExternalStore } from 'react'

export interface PageLocation {
  path: string
  params: URLSearchParams
  /** When it was gone to: what "now" means until somebody asks again, so that a re-render never changes what is shown. */
  askedAtMs: number
}

export type ParamChanges = Record<string, string | readonly string[] | undefined>

export interface NavigateOptions {
  /** No step for Back. */
  replace?: boolean
  /** Another look at the same answer (a selected span): nothing is asked again. */
  isSameQuestion?: boolean
}

const changed = new EventTarget()
let askedAtMs = Date.now()

window.addEventListener('popstate', () => announce(false))

export function navigate(href: string, { replace = false, isSameQuestion = false }: NavigateOptions = {}): void {
  if (replace) window.history.replaceState(undefined, '', href)
  else window.history.pushState(undefined, '', href)
  announce(isSameQuestion)
}

function announce(isSameQuestion: boolean): void {
  if (!isSameQuestion) askedAtMs = Date.now()
  changed.dispatchEvent(new Event('change'))
}

function subscribe(listener: () => void): () => void {
  changed.addEventListener('change', listener)
  return () => changed.removeEventListener('change', listener)
}

export function usePageLocation(): PageLocation {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search)
  const atMs = useSyncExternalStore(subscribe, () => askedAtMs)
  return useMemo(() => {
    const url = new URL(href, window.location.origin)
    return { path: url.pathname, params: url.searchParams, askedAtMs: atMs }
  }, [href, atMs])
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
