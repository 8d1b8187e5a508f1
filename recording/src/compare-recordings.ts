/**
 * Are two recordings equal, value by value? Order is not part of it: stores answer in an order of their own. Rows are compared as a multiset of digests,
 * 16 bytes a row, so that a million rows need some 100 MB.
 */
import { createHash } from 'node:crypto'
import type { Recording } from './file/open-recording.ts'
import { canonicalLogs, canonicalMetrics, canonicalSpans } from './canonical-rows.ts'

export interface Difference {
  signal: 'logs' | 'spans' | 'metrics'
  onlyInFirst: number
  onlyInSecond: number
  /** A few rows of each, for people. */
  examples: string[]
}

export interface CompareOptions {
  /** Added to every time of the first before it is compared. */
  shiftNano?: bigint
  /** Taken off both before they are compared: what a replay adds to tell its rows from others. */
  ignoreLabel?: string
}

const MAX_EXAMPLES = 3

export async function compareRecordings(
  a: Recording,
  b: Recording,
  options: CompareOptions = {},
): Promise<Difference[]> {
  const shifted = { shiftNano: options.shiftNano ?? 0n, ignoreLabel: options.ignoreLabel }
  const plain = { shiftNano: 0n, ignoreLabel: options.ignoreLabel }
  const differences = [
    await difference(
      'logs',
      () => canonicalLogs(a.logs(), shifted),
      () => canonicalLogs(b.logs(), plain),
    ),
    await difference(
      'spans',
      () => canonicalSpans(a.traces(), shifted),
      () => canonicalSpans(b.traces(), plain),
    ),
    await difference(
      'metrics',
      () => canonicalMetrics(a.metrics(), shifted),
      () => canonicalMetrics(b.metrics(), plain),
    ),
  ]
  return differences.filter(({ onlyInFirst, onlyInSecond }) => onlyInFirst + onlyInSecond > 0)
}

type Rows = () => AsyncIterable<string>

async function difference(signal: Difference['signal'], first: Rows, second: Rows): Promise<Difference> {
  const balance = new Map<string, number>()
  for await (const row of first()) add(balance, digest(row), 1)
  for await (const row of second()) add(balance, digest(row), -1)
  let onlyInFirst = 0
  let onlyInSecond = 0
  for (const count of balance.values()) {
    if (count > 0) onlyInFirst += count
    else onlyInSecond -= count
  }
  const examples =
    balance.size === 0
      ? []
      : [
          ...(await pick(first, balance, 1)).map((row) => `first:  ${row}`),
          ...(await pick(second, balance, -1)).map((row) => `second: ${row}`),
        ]
  return { signal, onlyInFirst, onlyInSecond, examples }
}

function add(balance: Map<string, number>, key: string, by: number): void {
  const count = (balance.get(key) ?? 0) + by
  if (count === 0) balance.delete(key)
  else balance.set(key, count)
}

async function pick(rows: Rows, balance: ReadonlyMap<string, number>, sign: number): Promise<string[]> {
  const found: string[] = []
  for await (const row of rows()) {
    if ((balance.get(digest(row)) ?? 0) * sign > 0) found.push(row)
    if (found.length === MAX_EXAMPLES) break
  }
  return found
}

const digest = (row: string) => createHash('sha256').update(row).digest('base64').slice(0, 22)
