import { setTimeout as sleep } from 'node:timers/promises'

/** Polls until `condition` holds; a timeout reports what was last seen. */
export async function until<T>(
  look: () => T | Promise<T>,
  condition: (seen: T) => boolean,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const seen = await look()
    if (condition(seen)) return seen
    if (Date.now() > deadline) {
      const text = JSON.stringify(seen, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
      throw new Error(`not seen within ${timeoutMs} ms; last seen: ${text?.slice(0, 2000)}`)
    }
    await sleep(15)
  }
}
