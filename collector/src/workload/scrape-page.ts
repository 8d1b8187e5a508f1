/**
 * What a scrape target answers the n-th time: counters that restart, a series that vanishes and comes back, a classic histogram with
 * exemplars. `test_step` says n, which tells the verifier what every other sample of that scrape has to be.
 */
import type { ExposedExemplar, ExposedSample, Exposition } from '@playground/protocol/exposition'
import type { LabelPair } from '@playground/protocol/remote-write'
import { runTag, spanIdOf, traceIdOf } from './identity.ts'
import { below } from './random.ts'
import type { Workload } from './workload.ts'

const STEPS_PER_LIFE = 12
const BOUNDS = [0.1, 0.5, 2.5]

interface SeriesRule {
  readonly name: string
  readonly labels: readonly LabelPair[]
  /** `undefined`: not on this page. */
  readonly value: (sent: Workload, step: number) => number | undefined
  readonly exemplar?: true
}

const life = (step: number): number => (step % STEPS_PER_LIFE) + 1
const buckets = [...BOUNDS.map(String), '+Inf'].map((le, index): SeriesRule => ({
  name: 'test_latency_seconds_bucket',
  labels: [['le', le]],
  value: (_, step) => life(step) * (index + 1),
  ...(index === 1 && { exemplar: true }),
}))

/** Their order is the numbering of samples within a page. */
export const SERIES: readonly SeriesRule[] = [
  { name: 'test_step', labels: [], value: (_, step) => step },
  { name: 'test_orders_total', labels: [['path', '/a']], value: (_, step) => life(step) * 3, exemplar: true },
  {
    name: 'test_orders_total',
    labels: [['path', 'größe "q" \\']],
    value: ({ seed }, step) => life(step) * 1000 + below(999, seed, step),
  },
  { name: 'test_temperature', labels: [], value: ({ seed }, step) => (below(2000, seed, step, 41) - 1000) / 7 },
  { name: 'test_limit', labels: [], value: (_, step) => (step % 2 === 0 ? Number.POSITIVE_INFINITY : 1) },
  { name: 'test_vanishing', labels: [], value: (_, step) => (step % 5 < 3 ? step : undefined) },
  ...buckets,
  { name: 'test_latency_seconds_sum', labels: [], value: (_, step) => life(step) * 1.75 },
  { name: 'test_latency_seconds_count', labels: [], value: (_, step) => life(step) * 4 },
]

export function scrapePageAt(sent: Workload, step: number): Exposition {
  const samples = SERIES.flatMap(({ name, labels, value, exemplar }): ExposedSample[] => {
    const number = value(sent, step)
    if (number === undefined) return []
    const all: LabelPair[] = [['__name__', name], ['run', runTag(sent.seed)], ...labels]
    return [{ labels: all, value: number, timestampMs: undefined, exemplar: exemplar && exemplarOf(sent, step) }]
  })
  return {
    samples,
    metadata: [
      { metricFamilyName: 'test_step', type: 'gauge', help: 'The number of this page.', unit: '' },
      { metricFamilyName: 'test_orders', type: 'counter', help: 'Orders "stored".', unit: '' },
      { metricFamilyName: 'test_temperature', type: 'gauge', help: 'A gauge.', unit: '' },
      { metricFamilyName: 'test_limit', type: 'gauge', help: 'Sometimes infinite.', unit: '' },
      { metricFamilyName: 'test_vanishing', type: 'gauge', help: 'On three pages of five.', unit: '' },
      { metricFamilyName: 'test_latency_seconds', type: 'histogram', help: 'Seconds.', unit: 'seconds' },
    ],
  }
}

function exemplarOf(sent: Workload, step: number): ExposedExemplar {
  const trace = sent.traces === 0 ? step : step % sent.traces
  return {
    labels: [
      ['trace_id', traceIdOf(sent.seed, trace)],
      ['span_id', spanIdOf(sent.seed, trace, 0)],
    ],
    value: 0.25,
    timestampMs: undefined,
  }
}

/** OpenMetrics 1.0, the text format that has exemplars. */
export function renderOpenMetrics({ samples, metadata }: Exposition): string {
  const lines: string[] = []
  for (const { metricFamilyName: family, type, help, unit } of metadata) {
    lines.push(`# TYPE ${family} ${type}`, `# HELP ${family} ${escaped(help)}`)
    if (unit !== '') lines.push(`# UNIT ${family} ${unit}`)
    for (const { labels, value, exemplar } of samples) {
      const name = labels[0]?.[1] ?? ''
      if (name.replace(/_(total|bucket|sum|count)$/, '') !== family) continue
      const mark = exemplar === undefined ? '' : ` # ${braces(exemplar.labels)} ${exemplar.value}`
      lines.push(`${name}${braces(labels.slice(1))} ${numberText(value)}${mark}`)
    }
  }
  return `${lines.join('\n')}\n# EOF\n`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
const braces = (labels: readonly LabelPair[]): string =>
  labels.length === 0 ? '' : `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`
const numberText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
