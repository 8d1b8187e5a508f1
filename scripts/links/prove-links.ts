// All links of the provisioned files, proven on what a checkout and a failing checkout really emitted. Knows no runtime:
// the addresses come from the lab's description, the answers from the stores' documented APIs.
import { proveAlerts } from './alerts.ts'
import type { LinkContext } from './context.ts'
import { proveCorrelations } from './correlations.ts'
import { proveDashboards } from './dashboards.ts'
import { proveExemplars } from './exemplar-to-trace.ts'
import type { LinkResult } from './link-result.ts'
import { proveLogToTrace } from './log-to-trace.ts'
import { proveServiceMap } from './service-map.ts'
import { proveTraceToLogs } from './trace-to-logs.ts'
import { proveTraceToMetrics } from './trace-to-metrics.ts'

const PROOFS = [
  proveLogToTrace,
  proveTraceToLogs,
  proveTraceToMetrics,
  proveExemplars,
  proveServiceMap,
  proveCorrelations,
  proveDashboards,
  proveAlerts,
]

export async function proveLinks(context: LinkContext): Promise<LinkResult[]> {
  return Promise.all(PROOFS.flatMap((prove) => prove(context)))
}
