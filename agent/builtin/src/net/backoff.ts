import { setTimeout as sleep } from 'node:timers/promises'

export interface BackoffOptions {
  readonly minMs: number
  readonly maxMs: number
}

/** Exponential backoff with full-range jitter (half to one and a half times the step), so that agents do not return in step. */
export class Backoff {
  readonly #options: BackoffOptions
  #stepMs: number

  constructor(options: BackoffOptions) {
    this.#options = options
    this.#stepMs = options.minMs
  }

  reset(): void {
    this.#stepMs = this.#options.minMs
  }

  nextMs(): number {
    const ms = this.#stepMs * (0.5 + Math.random())
    this.#stepMs = Math.min(this.#options.maxMs, Math.max(1, this.#stepMs * 2))
    return Math.min(this.#options.maxMs, ms)
  }
}

// A backend that asks for an hour is asked again within a minute: it may have restarted since.
export const MAX_RETRY_AFTER_MS = 60_000

/** Seconds or an HTTP date, as milliseconds from now (at most a minute); undefined when absent or unreadable. */
export function retryAfterMs(header: string | undefined, nowMs = Date.now()): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isNaN(ms) ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms))
}

/** Sleeps; true when the whole time has passed, false when `signal` ended it. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal })
    return true
  } catch {
    return false
  }
}
