/**
 * Raw samples out of Prometheus: instant queries of range selectors (`name[10m]`), which answer samples as they were stored, where query_range
 * would make new ones. A range selector leaves staleness markers out and has no exact native histograms: both are said.
 */
import { list, objectOf, stringField } from '@playground/protocol/json-fields'
import type { KeyValue } from '@playground/protocol/otlp/common'
import type { Exemplar, NumberPoint, ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { askJson, type Store } from './store-client.ts'

export interface MetricCapture {
  fromUnixNano: bigint
  /** Exclusive. */
  toUnixNano: bigint
  /** A series selector; default every series. */
  query?: string | undefined
  onMissing(sentence: string): void
  onWindow?(done: number, of: number): void
}

/** 120 samples of a 5 s scrape: ten thousand series of one name are then some 30 MB of JSON. */
const WINDOW_MS = 600_000
const NANO_PER_MS = 1_000_000n
/** The scope that says: attributes are labels, names as in Prometheus. */
export const PROMETHEUS_SCOPE = 'prometheus'

export async function* prometheusSamples(store: Store, capture: MetricCapture): AsyncGenerator<ResourceMetrics[]> {
  const fromMs = Number((capture.fromUnixNano + NANO_PER_MS - 1n) / NANO_PER_MS)
  const lastMs = Number((capture.toUnixNano - 1n) / NANO_PER_MS)
  const names = await metricNames(store, capture, fromMs, lastMs)
  const metadata = await metricMetadata(store)
  let histograms = 0
  // Windows outside, names inside: a replay is then in order of time by window, and a Prometheus refuses what is an hour behind its newest sample.
  const windows = Math.ceil((lastMs - fromMs + 1) / WINDOW_MS)
  for (let window = 0; window < windows; window++) {
    const start = fromMs + window * WINDOW_MS
    const end = Math.min(start + WINDOW_MS - 1, lastMs)
    for (const [i, name] of names.entries()) {
      capture.onWindow?.(window * names.length + i + 1, windows * names.length)
      const found = await readWindow(store, selectorOf(name, capture.query), start, end)
      histograms += found.histograms
      if (found.points.length === 0) continue
      const { type = '', help = '', unit = '' } = metadata.get(name) ?? {}
      yield [
        {
          resource: { attributes: [], droppedAttributesCount: 0 },
          schemaUrl: '',
          scopeMetrics: [
            {
              scope: { name: PROMETHEUS_SCOPE, version: '', attributes: [], droppedAttributesCount: 0 },
              schemaUrl: '',
              metrics: [
                {
                  name,
                  description: help,
                  unit,
                  metadata: type === '' ? [] : [{ key: 'prometheus.type', value: { kind: 'string', value: type } }],
                  data: { kind: 'gauge', points: found.points },
                },
              ],
            },
          ],
        },
      ]
    }
  }
  if (histograms > 0)
    capture.onMissing(
      `metrics: ${histograms} native histogram samples: Prometheus' query API does not answer them exactly`,
    )
  if (names.length > 0) capture.onMissing("metrics: staleness markers: Prometheus' query API leaves them out")
}

async function metricNames(store: Store, { query }: MetricCapture, fromMs: number, lastMs: number): Promise<string[]> {
  const params = {
    start: seconds(fromMs),
    end: seconds(lastMs),
    ...(query === undefined ? {} : { 'match[]': query }),
  }
  return list(objectOf(await askJson(store, '/api/v1/label/__name__/values', { params })), 'data', String)
}

/** The name as a matcher of its own: it may be UTF-8, and the asked selector may have conditions on the name. */
function selectorOf(name: string, query: string | undefined): string {
  const matcher = `__name__=${JSON.stringify(name)}`
  if (query === undefined) return `{${matcher}}`
  const [, before = '', matchers = ''] = /^\s*([^{\s]*)\s*(?:\{(.*)\})?\s*$/s.exec(query) ?? []
  if (before !== '' && before !== name) return `{${matcher}, __name__=${JSON.stringify(before)}}`
  return matchers.trim() === '' ? `{${matcher}}` : `{${matcher}, ${matchers}}`
}

interface Metadata {
  type: string
  help: string
  unit: string
}

async function metricMetadata(store: Store): Promise<Map<string, Metadata>> {
  const data = objectOf(objectOf(await askJson(store, '/api/v1/metadata'))['data'] ?? {})
  const metadata = new Map<string, Metadata>()
  for (const name of Object.keys(data)) {
    const [first] = list(data, name, objectOf)
    if (first === undefined) continue
    metadata.set(name, {
      type: stringField(first, 'type'),
      help: stringField(first, 'help'),
      unit: stringField(first, 'unit'),
    })
  }
  return metadata
}

async function readWindow(store: Store, selector: string, startMs: number, endMs: number) {
  const params = { query: `${selector}[${endMs - startMs + 1}ms]`, time: seconds(endMs) }
  const data = objectOf(objectOf(await askJson(store, '/api/v1/query', { params }))['data'])
  const exemplars = await readExemplars(store, selector, startMs, endMs)
  const points: NumberPoint[] = []
  let histograms = 0
  for (const series of list(data, 'result', objectOf)) {
    histograms += list(series, 'histograms', (sample) => sample).length
    const labels = labelsOf(series['metric'])
    const ofSeries = exemplars.get(JSON.stringify(labels)) ?? []
    exemplars.delete(JSON.stringify(labels))
    const samples = list(series, 'values', (sample) => sample as [number, string])
      // Up to Prometheus 2 a range includes its left end.
      .filter(([time]) => Math.round(time * 1_000) >= startMs)
      .map(([time, value]) => pointOf(labels, BigInt(Math.round(time * 1_000)) * NANO_PER_MS, parseValue(value)))
    placeExemplars(samples, ofSeries, labels)
    points.push(...samples)
  }
  for (const [key, ofSeries] of exemplars) placeExemplars(points, ofSeries, JSON.parse(key) as [string, string][], true)
  return { points, histograms }
}

function pointOf(labels: [string, string][], timeUnixNano: bigint, value: number | undefined): NumberPoint {
  return {
    attributes: attributesOf(labels),
    startTimeUnixNano: 0n,
    timeUnixNano,
    flags: 0,
    value: value === undefined ? undefined : { kind: 'double', value },
    exemplars: [],
  }
}

/** OTLP has exemplars on points only: each goes to the first sample that can hold it; a series without a sample gets a point without a value. */
function placeExemplars(
  samples: NumberPoint[],
  exemplars: Exemplar[],
  labels: [string, string][],
  alone = false,
): void {
  for (const exemplar of exemplars) {
    const host = alone
      ? undefined
      : (samples.find(({ timeUnixNano }) => timeUnixNano >= exemplar.timeUnixNano) ?? samples.at(-1))
    if (host !== undefined) host.exemplars.push(exemplar)
    else samples.push({ ...pointOf(labels, exemplar.timeUnixNano, undefined), exemplars: [exemplar] })
  }
}

async function readExemplars(
  store: Store,
  selector: string,
  startMs: number,
  endMs: number,
): Promise<Map<string, Exemplar[]>> {
  const params = { query: selector, start: seconds(startMs), end: seconds(endMs) }
  const body = objectOf(await askJson(store, '/api/v1/query_exemplars', { params }))
  const found = new Map<string, Exemplar[]>()
  for (const entry of list(body, 'data', objectOf)) {
    const exemplars = list(entry, 'exemplars', (element): Exemplar => {
      const exemplar = objectOf(element)
      return {
        filteredAttributes: attributesOf(labelsOf(exemplar['labels'], [])),
        timeUnixNano: BigInt(Math.round(Number(exemplar['timestamp']) * 1_000)) * NANO_PER_MS,
        value: { kind: 'double', value: parseValue(String(exemplar['value'])) },
        spanId: '',
        traceId: '',
      }
    })
    found.set(JSON.stringify(labelsOf(entry['seriesLabels'])), exemplars)
  }
  return found
}

/** Sorted, and without the name, which is the metric's. */
function labelsOf(value: unknown, without = ['__name__']): [string, string][] {
  const record = objectOf(value ?? {})
  return Object.keys(record)
    .filter((name) => !without.includes(name))
    .sort()
    .map((name) => [name, stringField(record, name)])
}

const attributesOf = (labels: readonly [string, string][]): KeyValue[] =>
  labels.map(([key, value]) => ({ key, value: { kind: 'string', value } }))

export function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

const seconds = (ms: number) => (ms / 1_000).toFixed(3)
