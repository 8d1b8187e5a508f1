import type { LogStream } from '../logql/log-query.ts'
import { labelsObject } from '../logql/labels/labels.ts'
import type { MetricResult } from '../logql/metric/metric-query.ts'
import { formatPlainFloat } from '../logql/syntax/go-number.ts'

type Sample = readonly [number, string]

function sample(timeMs: number, value: number): Sample {
  return [timeMs / 1000, formatPlainFloat(value)]
}

/**
 * Loki's query frontend takes a scalar's milliseconds for seconds, twice, and overflows 64 bits on the way. Clients that
 * were tried with Loki do not look at it; an answer that differs here would differ from every recorded one.
 */
function scalarTime(timeMs: number): number {
  return Number(BigInt.asIntN(64, BigInt(Math.trunc(timeMs)) * 1_000_000_000n) / 1_000_000n)
}

export function metricData(result: MetricResult): { resultType: string; result: unknown } {
  switch (result.kind) {
    case 'scalar':
      return { resultType: 'scalar', result: [scalarTime(result.timeMs), formatPlainFloat(result.value)] }
    case 'vector':
      return {
        resultType: 'vector',
        result: result.samples.map(({ labels, value }) => ({
          metric: labelsObject(labels),
          value: sample(result.timeMs, value),
        })),
      }
    case 'matrix':
      return {
        resultType: 'matrix',
        result: result.series.map(({ labels, points }) => ({
          metric: labelsObject(labels),
          values: points.map(([timeMs, value]) => sample(timeMs, value)),
        })),
      }
  }
}

export function streamsData(streams: readonly LogStream[], categorize: boolean): Record<string, unknown> {
  return {
    resultType: 'streams',
    ...(categorize ? { encodingFlags: ['categorize-labels'] } : {}),
    result: streams.map(streamJson),
  }
}

export function streamJson({ labels, entries }: LogStream): unknown {
  return {
    stream: labelsObject(labels),
    values: entries.map(({ time, line, categories }) => {
      if (categories === undefined) return [time, line]
      const { metadata, parsed } = categories
      return [
        time,
        line,
        {
          ...(metadata.length > 0 ? { structuredMetadata: labelsObject(metadata) } : {}),
          ...(parsed.length > 0 ? { parsed: labelsObject(parsed) } : {}),
        },
      ]
    }),
  }
}

/** The statistics Grafana's inspector shows; what is not measured is not in it. */
export function statistics({ startedAt, entries }: { startedAt: number; entries: number }): unknown {
  return { summary: { execTime: (performance.now() - startedAt) / 1000, totalEntriesReturned: entries } }
}
