import { Ledger, type Signal } from './ledger.ts'

interface Extra {
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly values: Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>
}

/** All ledgers and the few other counters of one agent. */
export class Registry {
  readonly #ledgers: Ledger[] = []
  readonly #extras = new Map<string, Extra>()

  ledger(signal: Signal, destination: string): Ledger {
    const ledger = new Ledger(signal, destination)
    this.#ledgers.push(ledger)
    return ledger
  }

  get ledgers(): readonly Ledger[] {
    return this.#ledgers
  }

  add(name: string, help: string, labels: Readonly<Record<string, string>>, by = 1): void {
    this.#extra(name, help, 'counter', labels, (value) => value + by)
  }

  set(name: string, help: string, labels: Readonly<Record<string, string>>, value: number): void {
    this.#extra(name, help, 'gauge', labels, () => value)
  }

  get extras(): ReadonlyMap<string, Extra> {
    return this.#extras
  }

  #extra(
    name: string,
    help: string,
    type: 'counter' | 'gauge',
    labels: Readonly<Record<string, string>>,
    change: (value: number) => number,
  ): void {
    let extra = this.#extras.get(name)
    if (extra === undefined) this.#extras.set(name, (extra = { help, type, values: new Map() }))
    const key = JSON.stringify(labels)
    const row = extra.values.get(key)
    if (row === undefined) extra.values.set(key, { labels, value: change(0) })
    else row.value = change(row.value)
  }
}
