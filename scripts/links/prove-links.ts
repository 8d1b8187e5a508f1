// All links of the provisioned files, proven on what a checkout and a failing checkout really emitted. Knows no runtime:
// the addresses come from the lab's description, the answers from the stores' documented APIs.
import { proveAlerts } from './alerts.ts'
import type { LinkContext } from './context.ts'
import { proveCorrelations } from './correlations.ts'
import { proveDashboards } from './dashboards.ts'
import { proveExemplars } from './exemplar-to-trace.ts'
import type { LinkKind, LinkResult } from './link-result.ts'
import { proveLogToTrace } from './log-to-trace.ts'
import { proveServiceMap } from './service-map.ts'
import { proveTraceToLogs } from './trace-to-logs.ts'
import { proveTraceToMetrics } from './trace-to-metrics.ts'

const PROOFS: { kinds: LinkKind[]; prove: (context: LinkContext) => Promise<LinkResult>[] }[] = [
  { kinds: ['log to trace'], prove: proveLogToTrace },
  { kinds: ['trace to logs'], prove: proveTraceToLogs },
  { kinds: ['trace to metrics'], prove: proveTraceToMetrics },
  { kinds: ['exemplar to trace'], prove: proveExemplars },
  { kinds: ['service map', 'node graph'], prove: proveServiceMap },
  { kinds: ['correlation'], prove: proveCorrelations },
  { kinds: ['variable', 'panel', 'dashboard link'], prove: proveDashboards },
  { kinds: ['alert', 'rule file'], prove: proveAlerts },
]

/** `only`: nothing but the proofs that include this kind. */
export async function proveLinks(context: LinkContext, only?: LinkKind): Promise<LinkResult[]> {
  const chosen = PROOFS.filter(({ kinds }) => only === undefined || kinds.includes(only))
  return Promise.all(chosen.flatMap(({ prove }) => prove(context)))
}
