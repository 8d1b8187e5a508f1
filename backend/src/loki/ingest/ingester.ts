import { ApiError } from '../../http/index.ts'
import type { TenantStore } from '../../storage/index.ts'
import { encodeBatch, journalFormat } from '../store/log-codec.ts'
import type { LogBatch } from '../store/log-batch.ts'
import type { LogBlock, LogBlockIndex } from '../store/log-block.ts'
import type { LogHead } from '../store/log-head.ts'
import type { TenantLimits } from '../tenant-limits.ts'
import { acceptStreams } from './accept.ts'
import type { IncomingStream } from './incoming.ts'
import type { IngestLimits } from './ingest-limits.ts'
import type { IngestMetrics } from './ingest-metrics.ts'

export type LogStore = TenantStore<LogBatch, LogHead, LogBlockIndex, LogBlock>

export interface IngesterOptions {
  readonly store: LogStore
  readonly limits: IngestLimits
  readonly metrics: IngestMetrics
  readonly now: () => number
  readonly tenantLimits: (tenant: string) => TenantLimits
}

/** Accepts, stores, counts. Resolves when the entries are durable and can be queried. */
export class Ingester {
  readonly #options: IngesterOptions

  constructor(options: IngesterOptions) {
    this.#options = options
  }

  /** @throws ApiError 400 naming what was left out, after the rest has been stored; 422 for a request without entries. */
  async push(tenant: string, streams: readonly IncomingStream[]): Promise<void> {
    const { store, limits, metrics, now, tenantLimits } = this.#options
    if (streams.length === 0) throw new ApiError(422, 'error at least one valid stream is required for ingestion')
    const discover = tenantLimits(tenant).discoverLabels
    const accepted = acceptStreams(streams, { limits, nowMs: now(), discover })
    if (accepted.entries > 0) {
      await store.append(tenant, { payload: encodeBatch(accepted.batch), format: journalFormat, batch: accepted.batch })
    }
    metrics.received(tenant, accepted)
    if (!accepted.rejections.isEmpty) throw new ApiError(400, accepted.rejections.describe(accepted.totalEntries))
  }
}
