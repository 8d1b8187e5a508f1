import { UsageError } from '../../scripts/lab/command-line/command.ts'
import type { Window } from './shop-traffic.ts'

export const HOUR_MS = 3_600_000

export function rowCount(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 100_000_000)
    throw new UsageError(`${option}: expected 1..100000000, got "${text}"`)
  return value
}

/** One hour for each scale, the last one ends now: a store that keeps them all is asked about one at a time. */
export function windowsOf(count: number): [Window, ...Window[]] {
  const now = Math.floor(Date.now() / 60_000) * 60_000
  const window = (index: number): Window => ({
    startMs: now - (count - index) * HOUR_MS,
    endMs: now - (count - index - 1) * HOUR_MS,
  })
  return [window(0), ...Array.from({ length: count - 1 }, (_, index) => window(index + 1))]
}
