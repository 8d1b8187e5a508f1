/** Where a replay goes: the three stores by their own write protocols, or one OTLP/HTTP receiver (an agent, a collector under test). */
import { setTimeout as sleep } from 'node:timers/promises'
import { encodePushProto, renderSelector, type PushRequest } from '@playground/protocol/loki-push'
import type { KeyValue } from '@playground/protocol/otlp/common'
import { encodeLogsProto, type LogRecord, type ResourceLogs } from '@playground/protocol/otlp/logs'
import { encodeMetricsProto, type NumberPoint, type ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { encodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import {
  encodeWriteV1,
  METRIC_TYPES,
  type LabelPair,
  type WriteRequest,
  type WriteSeries,
} from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { valueText } from '../file/attribute-text.ts'
import { LOKI_SCOPE } from '../capture/loki-logs.ts'
import { PROMETHEUS_SCOPE } from '../capture/prometheus-samples.ts'
import { RecordingError } from '../recording-error.ts'

export interface Target {
  logs(batch: ResourceLogs[]): Promise<void>
  traces(batch: ResourceSpans[]): Promise<void>
  metrics(batch: ResourceMetrics[]): Promise<void>
}

const OTLP = 'application/x-protobuf'
const SAMPLES_PER_REQUEST = 5_000
const NANO_PER_MS = 1_000_000n

export function otlpTarget(url: string, headers: Record<string, string> = {}): Target {
  const base = url.replace(/\/$/, '')
  return {
    logs: (batch) => post(`${base}/v1/logs`, OTLP, encodeLogsProto(batch), headers),
    traces: (batch) => post(`${base}/v1/traces`, OTLP, encodeTracesProto(batch), headers),
    metrics: (batch) => post(`${base}/v1/metrics`, OTLP, encodeMetricsProto(batch), headers),
  }
}

export interface StoreUrls {
  loki: string
  /** Tempo's OTLP/HTTP receiver, not its query API. */
  tempoOtlp: string
  prometheus: string
}

/** What was captured from Loki and Prometheus returns by push and remote write, so that labels and metadata stay what they were. */
export function storesTarget({ loki, tempoOtlp, prometheus }: StoreUrls, headers: Record<string, string> = {}): Target {
  const viaOtlp = {
    loki: otlpTarget(`${loki}/otlp`, headers),
    tempo: otlpTarget(tempoOtlp, headers),
    prometheus: otlpTarget(`${prometheus}/api/v1/otlp`, headers),
  }
  return {
    async logs(batch) {
      const [own, foreign] = partition(batch, ({ scopeLogs }) =>
        scopeLogs.every(({ scope }) => scope.name === LOKI_SCOPE),
      )
      if (foreign.length > 0) await viaOtlp.loki.logs(foreign)
      if (own.length > 0)
        await post(`${loki}/loki/api/v1/push`, OTLP, snappyEncode(encodePushProto(pushOf(own))), headers)
    },
    traces: (batch) => viaOtlp.tempo.traces(batch),
    async metrics(batch) {
      const [own, foreign] = partition(batch, ({ scopeMetrics }) =>
        scopeMetrics.every(({ scope }) => scope.name === PROMETHEUS_SCOPE),
      )
      if (foreign.length > 0) await viaOtlp.prometheus.metrics(foreign)
      for (const request of writeRequests(own)) {
        await post(`${prometheus}/api/v1/write`, OTLP, snappyEncode(encodeWriteV1(request)), {
          'content-encoding': 'snappy',
          'x-prometheus-remote-write-version': '0.1.0',
          ...headers,
        })
      }
    },
  }
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter((item) => belongs(item)), items.filter((item) => !belongs(item))]
}

const pairs = (attributes: readonly KeyValue[]): LabelPair[] =>
  attributes.map(({ key, value }) => [key, value.kind === 'string' ? value.value : valueText(value)])

const pushOf = (groups: readonly ResourceLogs[]): PushRequest => ({
  streams: groups.map(({ resource, scopeLogs }) => ({
    labels: renderSelector(pairs(resource.attributes)),
    entries: scopeLogs.flatMap(({ logRecords }) => logRecords.map(entryOf)),
  })),
})

const entryOf = ({ timeUnixNano, body, attributes }: LogRecord) => ({
  timestampUnixNano: timeUnixNano,
  line: body.kind === 'string' ? body.value : valueText(body),
  structuredMetadata: pairs(attributes),
})

function* writeRequests(groups: readonly ResourceMetrics[]): Generator<WriteRequest> {
  for (const { scopeMetrics } of groups) {
    for (const { name, description, unit, metadata, data } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      if (data?.kind !== 'gauge') continue
      const stated = metadata.find(({ key }) => key === 'prometheus.type')?.value
      const type = METRIC_TYPES.find((known) => stated?.kind === 'string' && stated.value === known)
      const described = type === undefined ? [] : [{ metricFamilyName: name, type, help: description, unit }]
      let series: WriteSeries[] = []
      let samples = 0
      for (const one of seriesOf(name, data.points)) {
        series.push(one)
        samples += one.samples.length + one.exemplars.length
        if (samples < SAMPLES_PER_REQUEST) continue
        yield { series, metadata: described }
        series = []
        samples = 0
      }
      if (series.length > 0) yield { series, metadata: described }
    }
  }
}

function seriesOf(name: string, points: readonly NumberPoint[]): Iterable<WriteSeries> {
  const found = new Map<string, WriteSeries>()
  for (const { attributes, timeUnixNano, value, flags, exemplars } of points) {
    const labels = [['__name__', name] as LabelPair, ...pairs(attributes)].sort(([a], [b]) => (a < b ? -1 : 1))
    const key = JSON.stringify(labels)
    const series = found.get(key) ?? { labels, samples: [], histograms: [], exemplars: [] }
    found.set(key, series)
    const timestampMs = Number(timeUnixNano / NANO_PER_MS)
    if ((flags & 1) !== 0) series.samples.push({ timestampMs, value: Number.NaN, stale: true })
    else if (value !== undefined) series.samples.push({ timestampMs, value: Number(value.value) })
    for (const exemplar of exemplars) {
      series.exemplars.push({
        labels: pairs(exemplar.filteredAttributes),
        value: Number(exemplar.value?.value ?? Number.NaN),
        timestampMs: Number(exemplar.timeUnixNano / NANO_PER_MS),
      })
    }
  }
  for (const { exemplars } of found.values()) exemplars.sort((a, b) => a.timestampMs - b.timestampMs)
  return found.values()
}

const BUSY_RETRIES = 8
const REQUEST_TIMEOUT_MS = 60_000

async function post(
  url: string,
  contentType: string,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    let response: Response
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': contentType, ...headers },
        body: Buffer.from(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      })
    } catch (cause) {
      const reason = (cause as Error).cause instanceof Error ? ((cause as Error).cause as Error).message : String(cause)
      throw new RecordingError('PLAY_RECORDING_TARGET', `${url}: ${reason}`, { cause })
    }
    const said = await response.text()
    if (response.ok) return
    // Nothing of a refused batch is in the store, so it may be sent again; a store that is full says so with 429.
    if ((response.status === 429 || response.status === 503) && attempt < BUSY_RETRIES) {
      await sleep(Math.min(250 * 2 ** attempt, 5_000))
      continue
    }
    throw new RecordingError(
      'PLAY_RECORDING_TARGET',
      `${url} answered ${response.status}: ${said.slice(0, 300).trim()}`,
    )
  }
}
