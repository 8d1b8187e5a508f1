/** Spans of all tenants: durable, readable as soon as they are acknowledged, whole traces whatever batches and blocks they lie in. */
import { TenantStore, type TenantStoreOptions } from '../../storage/index.ts'
import type { TraceIdWords } from './trace-id.ts'
import { traceCodec } from './trace-codec.ts'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'
import type { Head } from './head.ts'
import type { SpanTable } from './span-table.ts'
import type { TraceIndex } from './trace-index.ts'

export type TraceTenants = TenantStore<ResourceSpans[], Head, TraceIndex, SpanTable>

/** A head or a block. */
export interface SpanSource {
  readonly minMs: number
  readonly maxMs: number
  /** Reads a sealed block through the cache. */
  table(): SpanTable
  findTrace(id: TraceIdWords): number | undefined
}

/** Larger blocks than other signals': a trace found in one block needs no second one. */
const sealRows = 131_072
const sealBytes = 64 * 2 ** 20

export function openTraceStore(options: Partial<TenantStoreOptions>): TraceTenants {
  return TenantStore.open(traceCodec, { sealRows, sealBytes, ...options })
}

/** Newest first. */
export function spanSources(store: TraceTenants, tenant: string): SpanSource[] {
  const selection = store.select(tenant)
  const heads = selection.heads.map((head): SpanSource => ({
    minMs: head.minMs,
    maxMs: head.maxMs,
    table: () => head.table,
    findTrace: (id) => head.findTrace(id),
  }))
  const blocks = selection.blocks.map((block): SpanSource => ({
    minMs: block.minMs,
    maxMs: block.maxMs,
    table: () => selection.open(block),
    findTrace: (id) => block.index.find(id),
  }))
  return [...blocks, ...heads].reverse()
}
