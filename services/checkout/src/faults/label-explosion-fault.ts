import { createGauge, defineFault } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'

const orderAmount = createGauge({
  name: 'playground_order_amount_cents',
  help: 'Amount of each order. A label that holds an id makes a series of every order, for ever.',
  labels: ['order_id', 'sku'],
})

/** A metric that somebody gave the id of the order as a label, to "see single orders in Grafana". */
export class OrderAmounts {
  #isOn = false

  readonly fault: Fault = defineFault({
    name: 'label-explosion',
    description: 'A metric gets the order id as a label: every order is a new series.',
    parameters: {},
    start: async () => {
      this.#isOn = true
      return async () => {
        this.#isOn = false
        orderAmount.reset()
      }
    },
  })

  record({ id, sku, amountCents }: { id: string; sku: string; amountCents: number }): void {
    if (this.#isOn) orderAmount.set({ order_id: id, sku }, amountCents)
  }
}
