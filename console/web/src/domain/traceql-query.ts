/** Quick filters as TraceQL: a query of only these conditions can be read back; any other is left to its writer. */
export interface TraceFilters {
  service: string | undefined
  status: 'error' | 'ok' | 'unset' | undefined
  minDuration: string | undefined
}

export function toTraceql({ service, status, minDuration }: TraceFilters): string {
  const conditions = [
    service === undefined ? undefined : `resource.service.name = ${JSON.stringify(service)}`,
    status === undefined ? undefined : `status = ${status}`,
    minDuration === undefined ? undefined : `duration > ${minDuration}`,
  ].filter((condition) => condition !== undefined)
  return conditions.length === 0 ? '{ }' : `{ ${conditions.join(' && ')} }`
}

/** `undefined`: the query says more than the filters can show. */
export function fromTraceql(query: string): TraceFilters | undefined {
  const inside = /^\s*\{([^{}]*)\}\s*$/.exec(query)?.[1]
  if (inside === undefined) return undefined
  const filters: TraceFilters = { service: undefined, status: undefined, minDuration: undefined }
  if (inside.trim() === '') return filters
  for (const condition of inside.split('&&')) {
    const [, service] = /^\s*(?:resource)?\.service\.name\s*=\s*"([^"\\]*)"\s*$/.exec(condition) ?? []
    const [, status] = /^\s*status\s*=\s*(error|ok|unset)\s*$/.exec(condition) ?? []
    const [, minDuration] = /^\s*duration\s*>\s*([\d.]+(?:ns|us|µs|ms|s|m|h))\s*$/.exec(condition) ?? []
    if (service !== undefined) filters.service = service
    else if (status === 'error' || status === 'ok' || status === 'unset') filters.status = status
    else if (minDuration !== undefined) filters.minDuration = minDuration
    else return undefined
  }
  return filters
}

/** A pipeline that ends in numbers: it is asked at another endpoint and drawn as a chart. */
export function isMetricsTraceql(query: string): boolean {
  const withoutStrings = query.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""')
  return /\|\s*(rate|(count|min|max|avg|sum|quantile|histogram)_over_time|compare)\s*\(/.test(withoutStrings)
}
