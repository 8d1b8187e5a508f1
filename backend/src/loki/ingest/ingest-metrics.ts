import type { Accepted } from './accept.ts'

/** Counters under Loki's names, per tenant (and reason), in the text exposition format. */
export class IngestMetrics {
  readonly #lines = new Map<string, number>()
  readonly #bytes = new Map<string, number>()
  readonly #discarded = new Map<string, number>()

  received(
    tenant: string,
    { entries, lineBytes, rejections }: Pick<Accepted, 'entries' | 'lineBytes' | 'rejections'>,
  ): void {
    add(this.#lines, `tenant=${JSON.stringify(tenant)}`, entries)
    add(this.#bytes, `tenant=${JSON.stringify(tenant)}`, lineBytes)
    for (const [reason, count] of rejections.byReason()) this.discarded(tenant, reason, count)
  }

  discarded(tenant: string, reason: string, entries: number): void {
    add(this.#discarded, `reason=${JSON.stringify(reason)},tenant=${JSON.stringify(tenant)}`, entries)
  }

  render(): string {
    return [
      family('loki_distributor_lines_received_total', 'Lines taken in.', this.#lines),
      family('loki_distributor_bytes_received_total', 'Characters of the lines taken in.', this.#bytes),
      family('loki_discarded_samples_total', 'Lines refused, by reason.', this.#discarded),
    ].join('')
  }
}

function add(counts: Map<string, number>, labels: string, amount: number): void {
  counts.set(labels, (counts.get(labels) ?? 0) + amount)
}

function family(name: string, help: string, counts: ReadonlyMap<string, number>): string {
  const samples = [...counts].map(([labels, value]) => `${name}{${labels}} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${samples.join('')}`
}
