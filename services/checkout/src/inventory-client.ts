import { readInteger, readObject, readString } from '@playground/telemetry'
import type { HttpClient } from '@playground/telemetry'

export interface Reservation {
  id: string
  unitPriceCents: number
}

export class InventoryClient {
  readonly #http: HttpClient

  constructor(http: HttpClient) {
    this.#http = http
  }

  async reserve(body: { orderId: string; sku: string; quantity: number }): Promise<Reservation> {
    const answer = readObject(await this.#http.call({ method: 'POST', template: '/reservations', body }), 'reservation')
    return { id: readString(answer, 'id'), unitPriceCents: readInteger(answer, 'unitPriceCents') }
  }

  async release(id: string): Promise<void> {
    await this.#http.call({ method: 'DELETE', template: '/reservations/:id', params: { id } })
  }
}
