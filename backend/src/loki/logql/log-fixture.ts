// For tests: entries in a real head, and queries over them.
import { LogHead } from '../store/log-head.ts'
import { logSource } from '../store/log-source.ts'
import { splitTime } from '../store/row-order.ts'
import { labelsOf, labelsObject } from './labels/labels.ts'
import { queryLogs } from './log-query.ts'
import { evaluateMetric, type MetricResult } from './metric/metric-query.ts'
import { QueryBudget } from './query-budget.ts'
import type { LogSource } from './source.ts'
import { parseLogql } from './syntax/index.ts'

export interface FixtureEntry {
  readonly seconds: number
  readonly line: string
  readonly labels?: Record<string, string>
  readonly metadata?: Record<string, string>
}

export function sourceOfEntries(entries: readonly FixtureEntry[]): LogSource {
  const head = new LogHead()
  for (const { seconds, line, labels = { app: 'a' }, metadata = {} } of entries) {
    const { ms, ns } = splitTime(BigInt(Math.round(seconds * 1e9)))
    const entry = { timeMs: ms, timeNs: ns, line, metadata: labelsOf(Object.entries(metadata)) }
    head.append({ streams: [{ labels: labelsOf(Object.entries(labels)), entries: [entry] }] })
  }
  return logSource(() => ({
    heads: [head],
    blocks: [],
    open: () => {
      throw new Error('a fixture has no blocks')
    },
  }))
}

export function newBudget(): QueryBudget {
  return new QueryBudget({ timeoutMs: 10_000, memoryBytes: 2 ** 28 })
}

/** Lines of a log query in the order of the answer, each with all its labels. */
export async function runLogs(
  source: LogSource,
  query: string,
  options: { limit?: number; direction?: 'forward' | 'backward' } = {},
): Promise<{ line: string; labels: Record<string, string> }[]> {
  const expr = parseLogql(query)
  if (expr.kind !== 'log') throw new Error(`${query} is no log query`)
  const streams = await queryLogs(source, expr, {
    start: 0n,
    end: 10n ** 18n,
    limit: options.limit ?? 100,
    direction: options.direction ?? 'forward',
    intervalNs: 0,
    categorize: false,
    budget: newBudget(),
  })
  return streams.flatMap(({ labels, entries }) => entries.map(({ line }) => ({ line, labels: labelsObject(labels) })))
}

export async function runMetric(source: LogSource, query: string, atSeconds: number): Promise<MetricResult> {
  const expr = parseLogql(query)
  if (expr.kind === 'log') throw new Error(`${query} is no metric query`)
  const grid = { start: BigInt(atSeconds) * 1_000_000_000n, stepNs: 0, count: 1 }
  const options = { isInstant: true, maxSeries: 500, allowsPartial: false }
  return evaluateMetric(expr, { source, grid, budget: newBudget() }, options)
}

/** `{a="1"}` → value, for an instant query. */
export async function runVector(source: LogSource, query: string, atSeconds: number): Promise<Record<string, number>> {
  const result = await runMetric(source, query, atSeconds)
  if (result.kind !== 'vector') throw new Error(`${query} gives a ${result.kind}`)
  return Object.fromEntries(
    result.samples.map(({ labels, value }) => [labels.map(([name, text]) => `${name}=${text}`).join(','), value]),
  )
}
