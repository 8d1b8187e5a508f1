import type { QueryLimits } from '../engine/query-budget.ts'
import type { TempoCounters } from './counters.ts'
import type { TraceTenants } from '../store/trace-store.ts'

/** What the routes work with. */
export interface TempoServices {
  store: TraceTenants
  counters: TempoCounters
  limits: QueryLimits
}
