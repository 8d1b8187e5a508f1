import type { Check } from './check.ts'
import { correlationChecks } from './checks/correlation.ts'
import { logChecks } from './checks/logs.ts'
import { metricChecks } from './checks/metrics.ts'
import { performanceChecks, securityChecks } from './checks/performance-and-security.ts'
import { resilienceChecks } from './checks/resilience.ts'
import { traceChecks } from './checks/traces.ts'

/** All 48. */
export const CHECKS: readonly Check[] = [
  ...logChecks,
  ...traceChecks,
  ...metricChecks,
  ...correlationChecks,
  ...resilienceChecks,
  ...performanceChecks,
  ...securityChecks,
]
