import type { FastifyReply } from 'fastify'
import type { Ingester, LogStore } from '../ingest/ingester.ts'
import type { IngestMetrics } from '../ingest/ingest-metrics.ts'
import { QueryBudget, type BudgetLimits } from '../logql/query-budget.ts'
import type { LogSource } from '../logql/source.ts'
import { logSource } from '../store/log-source.ts'
import type { TenantLimits } from '../tenant-limits.ts'

export interface QueryLimits extends BudgetLimits {
  /** Entries one log query may ask for. */
  readonly maxEntries: number
  readonly maxSeries: number
}

/** What the routes share. */
export interface LokiContext {
  readonly store: LogStore
  readonly ingester: Ingester
  readonly metrics: IngestMetrics
  readonly limits: QueryLimits
  readonly now: () => number
  readonly tenantLimits: (tenant: string) => TenantLimits
  /** Resource attributes that are labels besides the default list. */
  readonly otlpIndexLabels: readonly string[]
}

export function nowNs(context: LokiContext): bigint {
  return BigInt(context.now()) * 1_000_000n
}

export function sourceOf(context: LokiContext, tenant: string): LogSource {
  return logSource((range) => context.store.select(tenant, range))
}

/** Ends with the query's time limit or with the client's connection, whichever comes first. */
export function budgetFor(context: LokiContext, reply: FastifyReply): QueryBudget {
  const cancel = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) cancel.abort()
  })
  return new QueryBudget(context.limits, cancel.signal)
}
