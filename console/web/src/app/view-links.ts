/** Addresses of the views: the one place that knows how a question is written into a link. */
import type { TimeRange } from '../domain/time-range.ts'
import { keptParams } from './page-location.ts'

interface LinkOptions {
  range?: TimeRange | undefined
  /** The current view's parameters; its time range and tenant are kept where nothing else is said. */
  from?: URLSearchParams | undefined
}

export function logsHref(query: string, options: LinkOptions = {}): string {
  return build('/logs', { q: query }, options)
}

export function traceHref(traceId: string, options: LinkOptions & { spanId?: string | undefined } = {}): string {
  return build(`/traces/${traceId}`, { span: options.spanId }, options)
}

export function tracesHref(query: string, options: LinkOptions = {}): string {
  return build('/traces', { q: query }, options)
}

export function metricsHref(queries: readonly string[], options: LinkOptions = {}): string {
  return build('/metrics', { q: queries }, options)
}

function build(
  path: string,
  own: Record<string, string | readonly string[] | undefined>,
  { range, from }: LinkOptions,
): string {
  const params = new URLSearchParams({ ...keptParams(from ?? new URLSearchParams()), ...range })
  for (const [name, value] of Object.entries(own)) {
    for (const item of typeof value === 'string' || value === undefined ? [value] : value) {
      if (item !== undefined && item !== '') params.append(name, item)
    }
  }
  const search = params.toString()
  return search === '' ? path : `${path}?${search}`
}
