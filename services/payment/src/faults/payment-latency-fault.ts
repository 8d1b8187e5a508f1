import { setTimeout as sleep } from 'node:timers/promises'
import { defineFault } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'

/** More than ever wait. */
const UNLIMITED = 1_000

/** The time the card network takes, which the shop cannot change: none, until the fault makes it slow. */
export class PaymentLatency {
  #delayMs = 0
  #lines = UNLIMITED
  #busy = 0
  readonly #waiting: (() => void)[] = []

  readonly fault: Fault = defineFault({
    name: 'payment-latency',
    description: 'The card network answers late: every capture takes longer.',
    parameters: {
      delayMs: { description: 'Time each capture takes longer.', default: 800, minimum: 1, maximum: 60_000 },
      lines: {
        description: 'Captures at the same time; others wait for their turn.',
        default: UNLIMITED,
        minimum: 1,
        maximum: UNLIMITED,
      },
    },
    start: async ({ delayMs, lines }) => {
      this.#delayMs = delayMs
      this.#lines = lines
      return async () => {
        this.#delayMs = 0
        this.#lines = UNLIMITED
        for (const next of this.#waiting.splice(0)) next()
      }
    },
  })

  /** `isGone`: nobody waits for this one any more, so its turn is given to the next. */
  async wait(isGone: () => boolean): Promise<void> {
    if (this.#delayMs === 0) return
    while (this.#busy >= this.#lines) await new Promise<void>((turn) => this.#waiting.push(turn))
    this.#busy++
    try {
      if (!isGone()) await sleep(this.#delayMs)
    } finally {
      this.#busy--
      this.#waiting.shift()?.()
    }
  }
}
