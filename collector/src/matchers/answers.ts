import { setTimeout as sleep } from 'node:timers/promises'
import type { Testbed } from '../testbed/testbed.ts'
import { DeliveryError } from './delivery-error.ts'

export type Query = { readonly logql: string } | { readonly traceql: string } | { readonly promql: string }

/** Lines, traces or series the embedded stores answer with; each as its API's JSON. */
export type Rows = readonly unknown[]

const WAIT_MS = 10_000

/**
 * The stores answer the query with rows for which `holds`. Asked again until they do, for `waitMs`.
 * @throws DeliveryError with the query and what was last answered
 */
export async function answers(
  bed: Testbed,
  query: Query,
  holds: (rows: Rows) => boolean,
  waitMs = WAIT_MS,
): Promise<Rows> {
  const { stores } = bed
  if (stores === undefined)
    throw new DeliveryError("answers: the testbed has no stores; start it with stores: 'embedded'")
  const url = urlOf(query, stores)
  const startedAtMs = performance.now()
  for (;;) {
    const response = await fetch(url)
    const text = await response.text()
    const rows = response.ok ? rowsOf(JSON.parse(text)) : []
    if (response.ok && holds(rows)) return rows
    // A query that is wrong does not become right by waiting.
    if (response.status === 400 || performance.now() - startedAtMs > waitMs)
      throw new DeliveryError(
        `${Object.values(query).join('')} was not answered as expected within ${waitMs / 1000} s\n  last answer (${response.status}, ${rows.length} rows): ${text.slice(0, 600)}`,
      )
    await sleep(100)
  }
}

function urlOf(
  query: Query,
  { lokiUrl, tempoUrl, prometheusUrl }: { lokiUrl: string; tempoUrl: string; prometheusUrl: string },
): string {
  const hour = 3_600_000
  const now = Date.now()
  if ('logql' in query)
    return `${lokiUrl}/loki/api/v1/query_range?${new URLSearchParams({ query: query.logql, start: `${now - hour}000000`, end: `${now + hour}000000`, limit: '5000' }).toString()}`
  if ('traceql' in query)
    return `${tempoUrl}/api/search?${new URLSearchParams({ q: query.traceql, start: String(Math.floor((now - hour) / 1000)), end: String(Math.ceil((now + hour) / 1000)), limit: '1000' }).toString()}`
  return `${prometheusUrl}/api/v1/query?${new URLSearchParams({ query: query.promql }).toString()}`
}

/** Streams are taken apart into lines; the other two answer rows already. */
function rowsOf(answer: unknown): Rows {
  const body = answer as { data?: { resultType?: string; result?: unknown[] }; traces?: unknown[] }
  const result = body.data?.result ?? body.traces ?? []
  if (body.data?.resultType !== 'streams') return result
  return (result as { stream: unknown; values: unknown[] }[]).flatMap(({ stream, values }) =>
    values.map((value) => ({ stream, value })),
  )
}
