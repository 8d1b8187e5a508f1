/** The n-th export of OTLP metrics: one data point of each kind, in series that go on from export to export. */
import type { Exemplar, Metric, MetricData, ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { runTag, spanIdOf, traceIdOf } from './identity.ts'
import { below } from './random.ts'
import { resourceOf } from './trace.ts'
import { attribute, text } from './values.ts'
import { timeOf, type Workload } from './workload.ts'

/** A process restarts and counts from zero again after so many exports. */
const EXPORTS_PER_LIFE = 40

const METRIC_NAMES = [
  'test.requests',
  'test.requests.delta',
  'test.load',
  'test.duration',
  'test.size',
  'test.quantiles',
] as const
export const POINTS_PER_EXPORT = METRIC_NAMES.length

/** The number of a data point from what it says of itself; its time is its name, so a changed time is a lost point and an unexpected one. */
export function pointSeqOf(sent: Workload, metric: string, timeUnixNano: bigint): number | undefined {
  const kind = METRIC_NAMES.findIndex((name) => name === metric)
  const elapsed = timeUnixNano - sent.startTimeUnixNano
  if (kind < 0 || elapsed < 0n || elapsed % 1_000_001n !== 0n) return undefined
  const seq = Number(elapsed / 1_000_001n)
  return seq % POINTS_PER_EXPORT === kind && seq < sent.metricExports * POINTS_PER_EXPORT ? seq : undefined
}

export function metricAt(sent: Workload, seq: number): Metric {
  const exported = Math.floor(seq / POINTS_PER_EXPORT)
  const kind = seq % POINTS_PER_EXPORT
  const life = Math.floor(exported / EXPORTS_PER_LIFE)
  const n = (exported % EXPORTS_PER_LIFE) + 1
  const base = {
    attributes: [attribute('run', text(runTag(sent.seed))), attribute('route', text('/orders'))],
    startTimeUnixNano: timeOf(sent, life * EXPORTS_PER_LIFE * POINTS_PER_EXPORT) - 1_000_000n,
    timeUnixNano: timeOf(sent, seq),
    flags: 0,
  }
  const data = ((): MetricData => {
    switch (kind) {
      case 0:
        // Beyond 2^53, where a double would round it.
        return {
          kind: 'sum',
          temporality: 2,
          monotonic: true,
          points: [{ ...base, value: { kind: 'int', value: 9_007_199_254_740_993n + BigInt(n * 2) }, exemplars: [] }],
        }
      case 1:
        return {
          kind: 'sum',
          temporality: 1,
          monotonic: true,
          points: [
            {
              ...base,
              startTimeUnixNano: base.timeUnixNano - 6_000_000n,
              value: { kind: 'int', value: BigInt(below(100, sent.seed, exported)) },
              exemplars: [],
            },
          ],
        }
      case 2:
        return {
          kind: 'gauge',
          points: [
            {
              ...base,
              startTimeUnixNano: 0n,
              value: { kind: 'double', value: below(1000, sent.seed, exported) / 7 },
              exemplars: [],
            },
          ],
        }
      case 3: {
        const counts = [BigInt(n), BigInt(n * 2), 0n, BigInt(n * 3)]
        return {
          kind: 'histogram',
          temporality: 2,
          points: [
            {
              ...base,
              count: BigInt(n * 6),
              sum: n * 0.75,
              bucketCounts: counts,
              explicitBounds: [0.1, 0.5, 2.5],
              exemplars: [exemplarOf(sent, exported, base.timeUnixNano)],
              min: 0.01,
              max: 3.5,
            },
          ],
        }
      }
      case 4:
        return {
          kind: 'exponentialHistogram',
          temporality: 2,
          points: [
            {
              ...base,
              count: BigInt(n * 5),
              sum: n * 12.5,
              scale: 3,
              zeroCount: BigInt(n),
              positive: { offset: -2, bucketCounts: [BigInt(n), 0n, BigInt(n * 2)] },
              negative: { offset: 1, bucketCounts: [BigInt(n)] },
              exemplars: [],
              min: -1.5,
              max: 9,
              zeroThreshold: 0.001,
            },
          ],
        }
      default:
        return {
          kind: 'summary',
          points: [
            {
              ...base,
              count: BigInt(n * 4),
              sum: n * 1.5,
              quantileValues: [
                { quantile: 0.5, value: 0.3 },
                { quantile: 0.99, value: 0.9 + n },
              ],
            },
          ],
        }
    }
  })()
  return {
    name: METRIC_NAMES[kind] ?? '',
    description: `kind ${kind}, naïve`,
    unit: kind === 3 ? 's' : '1',
    metadata: [],
    data,
  }
}

/** Points at a span of the workload's own traces, so that its trace can be opened. */
function exemplarOf(sent: Workload, exported: number, timeUnixNano: bigint): Exemplar {
  const trace = sent.traces === 0 ? exported : exported % sent.traces
  return {
    filteredAttributes: [attribute('user.tier', text('gold'))],
    timeUnixNano,
    value: { kind: 'double', value: 0.25 },
    spanId: spanIdOf(sent.seed, trace, 0),
    traceId: traceIdOf(sent.seed, trace),
  }
}

export function metricsOfExport(sent: Workload, exported: number): ResourceMetrics[] {
  const metrics = METRIC_NAMES.map((_, kind) => metricAt(sent, exported * POINTS_PER_EXPORT + kind))
  const scope = { name: 'collector.test', version: '1.2.3', attributes: [], droppedAttributesCount: 0 }
  return [{ resource: resourceOf(0), schemaUrl: '', scopeMetrics: [{ scope, schemaUrl: '', metrics }] }]
}
