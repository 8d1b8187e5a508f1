import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'

export interface SettleOptions {
  /** Silence that ends the wait once everything acknowledged has arrived; a duplicate that comes later is not seen. */
  readonly quietMs?: number
  /** Silence after which what is outstanding is lost. Longer than the longest pause of a collector between two attempts. */
  readonly patienceMs?: number
  /** Ends the wait whatever happens: a collector that sends for ever never falls silent. */
  readonly timeoutMs?: number
}

const POLL_MS = 20

/** Waits until the backend hears no more of this run. @returns how it ended */
export async function settle(
  ledger: Ledger,
  { quietMs = 1000, patienceMs = 15_000, timeoutMs = 120_000 }: SettleOptions = {},
): Promise<'complete' | 'silent' | 'timeout'> {
  const startedAtMs = performance.now()
  // The silence that counts is after now: a collector may have been quiet because nothing was sent.
  for (;;) {
    await sleep(POLL_MS)
    const now = performance.now()
    const silentMs = now - Math.max(ledger.lastArrivalAtMs, startedAtMs)
    if (ledger.outstanding === 0 && silentMs >= quietMs) return 'complete'
    if (silentMs >= patienceMs) return 'silent'
    if (now - startedAtMs >= timeoutMs) return 'timeout'
  }
}
