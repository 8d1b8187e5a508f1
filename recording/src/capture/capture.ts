/** Captures a time range of the three stores into one file, by their public query APIs: the embedded ones and the real ones alike. */
import { RecordingWriter } from '../file/recording-writer.ts'
import type { Manifest } from '../file/manifest.ts'
import type { JsonObject } from '@playground/protocol/json-fields'
import { lokiEntries, toResourceLogs } from './loki-logs.ts'
import { prometheusSamples } from './prometheus-samples.ts'
import { tempoTraces } from './tempo-traces.ts'
import type { Redactor } from '../redact/redactor.ts'

export interface CaptureOptions {
  file: string
  name: string
  /** A store that is not named is not asked. */
  stores: { loki?: string | undefined; tempo?: string | undefined; prometheus?: string | undefined }
  tenant?: string | undefined
  fromUnixNano: bigint
  /** Exclusive. */
  toUnixNano: bigint
  queries?: { logs?: string | undefined; traces?: string | undefined; metrics?: string | undefined }
  /** What people want to know of the lab; into the manifest as it is. */
  source?: JsonObject
  redactor?: Redactor | undefined
  limits?: { logPage?: number; traceSearch?: number }
  signal?: AbortSignal | undefined
  onProgress?: (text: string) => void
}

/** Spans in one OTLP/JSON line: some 500 KB. */
const SPANS_PER_LINE = 500

export async function capture(options: CaptureOptions): Promise<Manifest> {
  const { file, name, stores, queries = {}, redactor, onProgress } = options
  const { fromUnixNano, toUnixNano } = options
  const missing = new Set<string>()
  const proved: string[] = []
  const storeOf = (url: string) => ({ url, tenant: options.tenant, signal: options.signal })
  const range = { fromUnixNano, toUnixNano, onMissing: (sentence: string) => void missing.add(sentence) }
  await using writer = await RecordingWriter.create(file)

  if (stores.loki === undefined) missing.add('logs: no Loki was named')
  else {
    const logs = { ...range, queries: queries.logs === undefined ? undefined : [queries.logs] }
    const pageSize = options.limits?.logPage
    for await (const page of lokiEntries(storeOf(stores.loki), {
      ...logs,
      ...(pageSize === undefined ? {} : { pageSize }),
    })) {
      const batch = toResourceLogs(page)
      await writer.writeLogs(redactor?.logs(batch) ?? batch)
      onProgress?.(`${writer.counts.logs} log lines`)
    }
  }

  if (stores.tempo === undefined) missing.add('traces: no Tempo was named')
  else {
    const searchLimit = options.limits?.traceSearch
    const traces = tempoTraces(storeOf(stores.tempo), {
      ...range,
      query: queries.traces,
      ...(searchLimit === undefined ? {} : { searchLimit }),
      onProved: (sentence) => proved.push(sentence),
    })
    let batch = []
    let spans = 0
    for await (const trace of traces) {
      for (const group of trace) spans += group.scopeSpans.reduce((sum, scoped) => sum + scoped.spans.length, 0)
      batch.push(...trace)
      if (spans < SPANS_PER_LINE) continue
      await writer.writeTraces(redactor?.traces(batch) ?? batch)
      onProgress?.(`${writer.counts.spans} spans`)
      batch = []
      spans = 0
    }
    await writer.writeTraces(redactor?.traces(batch) ?? batch)
  }

  if (stores.prometheus === undefined) missing.add('metrics: no Prometheus was named')
  else {
    const metrics = prometheusSamples(storeOf(stores.prometheus), {
      ...range,
      query: queries.metrics,
      onWindow: (done, of) => onProgress?.(`${writer.counts.samples} samples, window ${done} of ${of}`),
    })
    for await (const batch of metrics) await writer.writeMetrics(redactor?.metrics(batch) ?? batch)
  }

  // Queries and configuration can hold secrets as well; the report itself is only numbers and places.
  const source = { queries, ...options.source }
  const manifest = {
    name,
    fromUnixNano,
    toUnixNano,
    missing: [...missing],
    proved,
    source: redactor === undefined ? source : { ...redactor.facts(source), redaction: redactor.report() },
  }
  // Awaited here: the writer clears its directory away when this function is left.
  return await writer.finish(manifest)
}
