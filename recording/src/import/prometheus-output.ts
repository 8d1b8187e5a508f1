/** Prometheus' query and query_range answers, and OpenMetrics text. A text without timestamps is the moment at which it is imported. */
import { list, objectOf, stringField } from '@playground/protocol/json-fields'
import { parseExposition } from '@playground/protocol/exposition'
import type { NumberPoint, ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { parseValue, PROMETHEUS_SCOPE } from '../capture/prometheus-samples.ts'

const NANO_PER_MS = 1_000_000n
/** Sums and rates have lost their name; a series has to have one. */
const NAMELESS = 'query_result'

interface Named {
  name: string
  point: NumberPoint
}

export function queryRange(json: unknown): ResourceMetrics[] {
  const root = objectOf(json)
  const data = root['data'] === undefined ? root : objectOf(root['data'])
  const points = list(data, 'result', (element): Named[] => {
    const series = objectOf(element)
    const metric = objectOf(series['metric'] ?? {})
    const labels = Object.keys(metric).map((key): [string, string] => [key, stringField(metric, key)])
    const samples = [
      ...list(series, 'values', (sample) => sample),
      ...(series['value'] === undefined ? [] : [series['value']]),
    ]
    return samples.map((sample) => {
      if (!Array.isArray(sample) || sample.length !== 2) throw new Error('expected [time, value]')
      const [time, value] = sample as unknown[]
      return named(stringField(metric, '__name__') || NAMELESS, labels, Number(time) * 1_000, parseValue(String(value)))
    })
  }).flat()
  return grouped(points)
}

export function openMetrics(text: string): ResourceMetrics[] {
  const isOpenMetrics = /^# EOF\s*$/m.test(text)
  const nowMs = Date.now()
  const { samples, metadata } = parseExposition(text, isOpenMetrics ? 'application/openmetrics-text' : 'text/plain')
  const points = samples.map((sample): Named => {
    const labels = sample.labels.filter(([key]) => key !== '__name__')
    const name = sample.labels.find(([key]) => key === '__name__')?.[1] ?? NAMELESS
    const one = named(name, labels, sample.timestampMs ?? nowMs, sample.value)
    const { exemplar } = sample
    if (exemplar !== undefined) {
      one.point.exemplars.push({
        filteredAttributes: exemplar.labels.map(([key, value]) => ({ key, value: { kind: 'string', value } })),
        timeUnixNano: BigInt(Math.round(exemplar.timestampMs ?? sample.timestampMs ?? nowMs)) * NANO_PER_MS,
        value: { kind: 'double', value: exemplar.value },
        spanId: '',
        traceId: '',
      })
    }
    return one
  })
  const types = new Map(
    metadata.map(({ metricFamilyName, type, help, unit }) => [metricFamilyName, { type, help, unit }]),
  )
  return grouped(
    points,
    (name) => types.get(name) ?? types.get(name.replace(/_(?:total|bucket|sum|count|created)$/, '')),
  )
}

function named(name: string, labels: readonly (readonly [string, string])[], timeMs: number, value: number): Named {
  if (!Number.isFinite(timeMs)) throw new Error(`${name}: a sample has no time`)
  return {
    name,
    point: {
      attributes: labels
        .filter(([key]) => key !== '__name__')
        .map(([key, text]) => ({ key, value: { kind: 'string', value: text } })),
      startTimeUnixNano: 0n,
      timeUnixNano: BigInt(Math.round(timeMs)) * NANO_PER_MS,
      flags: 0,
      value: { kind: 'double', value },
      exemplars: [],
    },
  }
}

function grouped(
  points: readonly Named[],
  describe: (name: string) => { type: string; help: string; unit: string } | undefined = () => undefined,
): ResourceMetrics[] {
  const byName = Map.groupBy(points, ({ name }) => name)
  if (byName.size === 0) return []
  const metrics = [...byName].map(([name, ofName]) => {
    const described = describe(name)
    return {
      name,
      description: described?.help ?? '',
      unit: described?.unit ?? '',
      metadata:
        described === undefined
          ? []
          : [{ key: 'prometheus.type', value: { kind: 'string' as const, value: described.type } }],
      data: { kind: 'gauge' as const, points: ofName.map(({ point }) => point) },
    }
  })
  return [
    {
      resource: { attributes: [], droppedAttributesCount: 0 },
      schemaUrl: '',
      scopeMetrics: [
        {
          scope: { name: PROMETHEUS_SCOPE, version: '', attributes: [], droppedAttributesCount: 0 },
          schemaUrl: '',
          metrics,
        },
      ],
    },
  ]
}
