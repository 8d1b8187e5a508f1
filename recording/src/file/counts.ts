import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import type { ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'
import { flatSamples } from './metric-rows.ts'

export const countLogs = (groups: readonly ResourceLogs[]) =>
  groups.reduce((sum, { scopeLogs }) => scopeLogs.reduce((inner, scope) => inner + scope.logRecords.length, sum), 0)

export const countSpans = (groups: readonly ResourceSpans[]) =>
  groups.reduce((sum, { scopeSpans }) => scopeSpans.reduce((inner, scope) => inner + scope.spans.length, sum), 0)

export function countMetrics(groups: readonly ResourceMetrics[]): { samples: number; exemplars: number } {
  let samples = 0
  let exemplars = 0
  for (const { sample } of flatSamples(groups)) {
    if (sample.value !== undefined || sample.stale) samples++
    exemplars += sample.exemplars.length
  }
  return { samples, exemplars }
}
