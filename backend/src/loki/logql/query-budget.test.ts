import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newBudget, sourceOfEntries } from './log-fixture.ts'
import { queryLogs } from './log-query.ts'
import { evaluateMetric } from './metric/metric-query.ts'
import { QueryBudget } from './query-budget.ts'
import { QueryCancelledError, QueryTimeoutError } from './query-error.ts'
import type { LogSource } from './source.ts'
import { parseLogql, parseLogSelector } from './syntax/index.ts'

const manyLines = sourceOfEntries(Array.from({ length: 20_000 }, (_, n) => ({ seconds: n / 100, line: `n=${n}` })))

async function count(budget: QueryBudget): Promise<unknown> {
  const expr = parseLogql('sum_over_time({app="a"} | logfmt | unwrap n [1h])')
  assert.ok(expr.kind !== 'log')
  const grid = { start: 3_600_000_000_000n, stepNs: 0, count: 1 }
  return evaluateMetric(
    expr,
    { source: manyLines, grid, budget },
    { isInstant: true, maxSeries: 500, allowsPartial: false },
  )
}

describe('a query ends', () => {
  it('when its time is over', async () => {
    await assert.rejects(count(new QueryBudget({ timeoutMs: 0, memoryBytes: 2 ** 30 })), QueryTimeoutError)
  })

  it('when nobody waits for it any more', async () => {
    const cancel = new AbortController()
    cancel.abort()
    await assert.rejects(
      count(new QueryBudget({ timeoutMs: 60_000, memoryBytes: 2 ** 30 }, cancel.signal)),
      QueryCancelledError,
    )
  })

  it('when it would hold more than it may', async () => {
    await assert.rejects(
      count(new QueryBudget({ timeoutMs: 60_000, memoryBytes: 100_000 })),
      /needs more than 0 MiB of samples/,
    )
    await assert.doesNotReject(count(newBudget()))
  })
})

it('a log query opens only the parts it needs for its limit', async () => {
  const opened: number[] = []
  const source: LogSource = {
    select: (selection) =>
      [10, 20, 30].map((seconds) => {
        const [part] = sourceOfEntries([{ seconds, line: `at ${seconds}` }]).select(selection)
        assert.ok(part)
        return { ...part, open: () => (opened.push(seconds), part.open()) }
      }),
  }
  const newest = async (limit: number): Promise<string[]> => {
    const streams = await queryLogs(source, parseLogSelector('{app="a"}'), {
      start: 0n,
      end: 10n ** 18n,
      limit,
      direction: 'backward',
      intervalNs: 0,
      categorize: false,
      budget: newBudget(),
    })
    return streams.flatMap(({ entries }) => entries.map(({ line }) => line))
  }
  assert.deepEqual(await newest(1), ['at 30'])
  assert.deepEqual(opened, [30])
  assert.deepEqual(await newest(9), ['at 30', 'at 20', 'at 10'])
})
