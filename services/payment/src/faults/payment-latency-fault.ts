import { setTimeout as sleep } from 'node:timers/promises'
import { defineFault } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'

/** The time the card network takes, which the shop cannot change: none, until the fault makes it slow. */
export class PaymentLatency {
  #delayMs = 0

  readonly fault: Fault = defineFault({
    name: 'payment-latency',
    description: 'The card network answers late: every capture takes longer.',
    parameters: {
      delayMs: { description: 'Time each capture takes longer.', default: 800, minimum: 1, maximum: 60_000 },
    },
    start: async ({ delayMs }) => {
      this.#delayMs = delayMs
      return async () => {
        this.#delayMs = 0
      }
    },
  })

  async wait(): Promise<void> {
    if (this.#delayMs > 0) await sleep(this.#delayMs)
  }
}
