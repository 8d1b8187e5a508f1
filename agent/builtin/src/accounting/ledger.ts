// The books of one way out: received = sent + dropped (by reason) + queued, at any moment.
// Items are spans, log lines and samples. Counters are moved where an item changes hands, in one synchronous step;
// queued is not derived from them but asked of the queues, so that the sum can be wrong and a test can see it.

export const SIGNALS = ['metrics', 'logs', 'traces'] as const
export type Signal = (typeof SIGNALS)[number]

export interface LedgerTotals {
  readonly received: number
  readonly sent: number
  readonly dropped: Readonly<Record<string, number>>
  readonly queued: number
}

export class Ledger {
  readonly signal: Signal
  /** `<config name>/<endpoint>`: with several endpoints an item is received once for each. */
  readonly destination: string
  #received = 0
  #restored = 0
  #sent = 0
  readonly #dropped = new Map<string, number>()
  readonly #queues: (() => number)[] = []

  constructor(signal: Signal, destination: string) {
    this.signal = signal
    this.destination = destination
  }

  received(items: number): void {
    this.#received += items
  }

  /** Items an earlier process had accepted and left in the queue on disk. */
  restored(items: number): void {
    this.#restored += items
  }

  sent(items: number): void {
    this.#sent += items
  }

  dropped(reason: string, items: number): void {
    if (items > 0) this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + items)
  }

  /** Registers a queue that says how many items it holds now. */
  counts(queue: () => number): void {
    this.#queues.push(queue)
  }

  get queued(): number {
    return this.#queues.reduce((sum, queue) => sum + queue(), 0)
  }

  totals(): LedgerTotals {
    return {
      received: this.#received + this.#restored,
      sent: this.#sent,
      dropped: Object.fromEntries(this.#dropped),
      queued: this.queued,
    }
  }

  /** [outcome, reason, items] rows for the exposition. */
  rows(): [outcome: string, reason: string, items: number][] {
    return [
      ['received', 'new', this.#received],
      ['received', 'restored', this.#restored],
      ['sent', '', this.#sent],
      ...[...this.#dropped].map(([reason, items]): [string, string, number] => ['dropped', reason, items]),
    ]
  }
}
