import { pbkdf2Sync } from 'node:crypto'
import { defineFault } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'

/** What a product page computes for its visitor: nothing, until a release does it the slow way, and all at once. */
export class ProductRanking {
  #blockMs = 0

  readonly fault: Fault = defineFault({
    name: 'event-loop-block',
    description: 'Whoever looks at one product makes this process compute without a pause: all other requests wait.',
    parameters: {
      blockMs: { description: 'How long it computes.', default: 5_000, minimum: 1, maximum: 20_000 },
    },
    start: async ({ blockMs }) => {
      this.#blockMs = blockMs
      return async () => {
        this.#blockMs = 0
      }
    },
  })

  compute(): void {
    const until = performance.now() + this.#blockMs
    while (performance.now() < until) pbkdf2Sync('visitor', 'ranking', 1_000, 64, 'sha512')
  }
}
