import { readObject, readString } from '@playground/telemetry'
import type { HttpClient } from '@playground/telemetry'

export class PaymentClient {
  readonly #http: HttpClient

  constructor(http: HttpClient) {
    this.#http = http
  }

  /** Resolves to the payment's id. */
  async capture(body: { orderId: string; amountCents: number; currency: string }): Promise<string> {
    const answer = await this.#http.call({ method: 'POST', template: '/payments', body })
    return readString(readObject(answer, 'payment'), 'id')
  }

  async refund(id: string): Promise<void> {
    await this.#http.call({ method: 'DELETE', template: '/payments/:id', params: { id } })
  }
}
