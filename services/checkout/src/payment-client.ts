import { readObject, readString } from '@playground/telemetry'
import type { HttpClient } from '@playground/telemetry'
import type { PaymentRetries } from './faults/payment-retries-fault.ts'

export class PaymentClient {
  readonly #http: HttpClient
  readonly #retries: PaymentRetries

  constructor(http: HttpClient, retries: PaymentRetries) {
    this.#http = http
    this.#retries = retries
  }

  /** Resolves to the payment's id. Payment captures once per order, so it may be asked again. */
  async capture(body: { orderId: string; amountCents: number; currency: string }): Promise<string> {
    const answer = await this.#retries.run((timeoutMs) =>
      this.#http.call({
        method: 'POST',
        template: '/payments',
        headers: { 'idempotency-key': body.orderId },
        body,
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
    )
    return readString(readObject(answer, 'payment'), 'id')
  }

  async refund(id: string): Promise<void> {
    await this.#http.call({ method: 'DELETE', template: '/payments/:id', params: { id } })
  }
}
