import { defaultTenant } from '../http/index.ts'
import type { NamedTenants } from '../server-options.ts'

/** What Loki lets a tenant's overrides change, as far as it changes answers. */
export interface TenantLimits {
  /** `discover_service_name` and `discover_log_levels`: labels that were not pushed. */
  readonly discoverLabels: boolean
  /** `split_queries_by_interval`: a metric range query starts and ends at multiples of its step. */
  readonly alignsSteps: boolean
  /** The interval of that split; `undefined` is no split. */
  readonly splitNs?: number
  /** Queries are sharded: an average by labels is a sum by a count. */
  readonly shards: boolean
}

const lokiDefaults: TenantLimits = { discoverLabels: true, alignsSteps: true, splitNs: 3_600e9, shards: true }
const asPushed: TenantLimits = { discoverLabels: false, alignsSteps: false, shards: false }

/**
 * The default tenant is Loki as it comes. Tenants that are named are made by tests, replays and suites, which want back
 * just what they pushed, at just the times they asked for; `discover` treats them as the default tenant.
 */
export function tenantLimitsFor(namedTenants: NamedTenants): (tenant: string) => TenantLimits {
  const named = namedTenants === 'discover' ? lokiDefaults : asPushed
  return (tenant) => (tenant === defaultTenant ? lokiDefaults : named)
}
