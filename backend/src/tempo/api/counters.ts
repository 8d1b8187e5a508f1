/** Tempo's own metrics, under Tempo's names. */
export class TempoCounters {
  readonly #received = new Map<string, { spans: number; bytes: number }>()
  readonly #discarded = new Map<string, number>()
  #extra: () => string = () => ''

  received(tenant: string, spans: number, bytes: number): void {
    const entry = this.#received.get(tenant) ?? { spans: 0, bytes: 0 }
    entry.spans += spans
    entry.bytes += bytes
    this.#received.set(tenant, entry)
  }

  discarded(tenant: string, reason: string, spans: number): void {
    const key = `reason="${reason}",tenant="${tenant}"`
    this.#discarded.set(key, (this.#discarded.get(key) ?? 0) + spans)
  }

  /** More exposition text, from the metrics generator. */
  include(render: () => string): void {
    this.#extra = render
  }

  render(): string {
    const received = [...this.#received]
    return [
      family(
        'tempo_distributor_spans_received_total',
        'Spans accepted per tenant.',
        received.map(([tenant, { spans }]) => [`tenant="${tenant}"`, spans]),
      ),
      family(
        'tempo_distributor_bytes_received_total',
        'Bytes of accepted requests per tenant.',
        received.map(([tenant, { bytes }]) => [`tenant="${tenant}"`, bytes]),
      ),
      family('tempo_discarded_spans_total', 'Spans refused, by reason.', [...this.#discarded]),
      this.#extra(),
    ].join('')
  }
}

export function family(
  name: string,
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
  type: 'counter' | 'gauge' = 'counter',
): string {
  const lines = samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
