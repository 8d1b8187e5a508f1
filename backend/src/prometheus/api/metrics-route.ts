import type { FastifyInstance } from 'fastify'
import { defaultTenant } from '../../http/index.ts'
import type { IngestCounters } from '../ingest/ingest-counters.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import { PROMETHEUS_VERSION } from './status-routes.ts'

/** /metrics: this server's own books. */
export function metricsRoute(
  app: FastifyInstance,
  { store, counters }: { store: MetricsStore; counters: IngestCounters },
): void {
  app.get('/metrics', async (_, reply) => {
    const tenants = store.tenants.listTenants()
    const total = (pick: (tenant: (typeof tenants)[number]) => number) =>
      tenants.reduce((sum, one) => sum + pick(one), 0)
    const lines = [
      ...family('prometheus_build_info', 'gauge', 'The version whose behaviour this server has.', [
        [`{version="${PROMETHEUS_VERSION}"}`, 1],
      ]),
      ...family('playground_samples_received_total', 'counter', 'Samples in write requests that could be decoded.', [
        ['', counters.received],
      ]),
      ...family('playground_samples_stored_total', 'counter', 'Samples acknowledged.', [['', counters.stored]]),
      ...family(
        'playground_samples_rejected_total',
        'counter',
        'Samples refused, by reason.',
        [...counters.rejected].map(([reason, count]) => [`{reason="${reason}"}`, count] as const),
      ),
      ...family('playground_exemplars_stored_total', 'counter', 'Exemplars acknowledged.', [['', counters.exemplars]]),
      ...family('playground_store_tenants', 'gauge', `Tenants, "${defaultTenant}" among them.`, [['', tenants.length]]),
      ...family('playground_store_head_samples', 'gauge', 'Samples not yet sealed into blocks.', [
        ['', total(({ headRows }) => headRows)],
      ]),
      ...family('playground_store_blocks', 'gauge', 'Sealed blocks.', [['', total(({ blocks }) => blocks)]]),
      ...family('playground_store_bytes', 'gauge', 'Bytes on disk, compressed.', [
        ['', total(({ sizeBytes }) => sizeBytes)],
      ]),
    ]
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(`${lines.join('\n')}\n`)
  })
}

function family(name: string, type: string, help: string, samples: readonly (readonly [string, number])[]): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ]
}
