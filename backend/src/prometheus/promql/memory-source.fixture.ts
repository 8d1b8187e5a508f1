import { Labels } from '../labels/labels.ts'
import { PromqlEngine, type QueryResult } from './engine.ts'
import type { SampleSeries, SampleSource } from './eval/sample-series.ts'
import { FLOAT_SAMPLE, HISTOGRAM_SAMPLE, STALE_SAMPLE } from './eval/sample-series.ts'
import { NO_FEATURES, type PromqlFeatures } from './features.ts'
import type { FloatHistogram } from './histogram/float-histogram.ts'
import { formatSampleValue } from './go-format.ts'

export type Point = number | FloatHistogram | 'stale' | undefined

/** Series with a sample every `stepMs` from time 0; undefined is a gap. */
export function memorySource(
  stepMs: number,
  series: readonly [Record<string, string>, readonly Point[]][],
): SampleSource {
  const all = series.map(([labels, points]) => toSeries(Labels.fromObject(labels), points, stepMs))
  return {
    select: (matchers, minMs, maxMs) =>
      all
        .filter(({ labels }) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))))
        .map((one) => cut(one, minMs, maxMs)),
  }
}

function toSeries(labels: Labels, points: readonly Point[], stepMs: number): SampleSeries {
  const kept = points.flatMap((point, i) => (point === undefined ? [] : [{ point, timeMs: i * stepMs }]))
  return {
    labels,
    timesMs: Float64Array.from(kept, ({ timeMs }) => timeMs),
    values: Float64Array.from(kept, ({ point }) => (typeof point === 'number' ? point : NaN)),
    kinds: Uint8Array.from(kept, ({ point }) =>
      typeof point === 'number' ? FLOAT_SAMPLE : point === 'stale' ? STALE_SAMPLE : HISTOGRAM_SAMPLE,
    ),
    histograms: kept.map(({ point }) => (typeof point === 'object' ? point : undefined)),
  }
}

function cut(series: SampleSeries, minMs: number, maxMs: number): SampleSeries {
  const keep = [...series.timesMs.keys()].filter((i) => {
    const time = series.timesMs[i] ?? NaN
    return time >= minMs && time <= maxMs
  })
  return {
    labels: series.labels,
    timesMs: Float64Array.from(keep, (i) => series.timesMs[i] ?? 0),
    values: Float64Array.from(keep, (i) => series.values[i] ?? 0),
    kinds: Uint8Array.from(keep, (i) => series.kinds[i] ?? 0),
    histograms: keep.map((i) => series.histograms?.[i]),
  }
}

export function testEngine(
  features: Partial<PromqlFeatures> = {},
  limits: { maxSamples?: number; timeoutMs?: number } = {},
) {
  return new PromqlEngine({
    features: { ...NO_FEATURES, ...features },
    lookbackMs: 300_000,
    maxSamples: limits.maxSamples ?? 1_000_000,
    timeoutMs: limits.timeoutMs ?? 10_000,
    defaultStepMs: 60_000,
  })
}

/** `{labels} value` of an instant result, sorted. */
export function lines({ value }: QueryResult): string[] {
  switch (value.type) {
    case 'vector':
      return value.series
        .map((series) => `${series.labels.toString()} ${formatSampleValue(series.float(0))}`)
        .toSorted()
    case 'matrix':
      return value.series.map(
        (series) =>
          `${series.labels.toString()} ${[...series.values.keys()].map((step) => (series.isAbsent(step) ? '_' : formatSampleValue(series.float(step)))).join(' ')}`,
      )
    case 'scalar':
      return [formatSampleValue(value.value)]
    case 'string':
      return [value.value]
    case 'window':
      return value.series.map(({ labels, floats }) => `${labels.toString()} ${Array.from(floats.values).join(' ')}`)
  }
}
