/** Carries a workload into a collector at its pace and books what the collector says to it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeLogsProto } from '@playground/protocol/otlp/logs'
import { encodeMetricsProto } from '@playground/protocol/otlp/metrics'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import type { Ledger } from '../ledger/ledger.ts'
import type { Track } from '../ledger/track.ts'
import { logLineAt } from '../workload/log-line.ts'
import { metricsOfExport, POINTS_PER_EXPORT } from '../workload/metric-export.ts'
import { dueAtMs } from '../workload/pace.ts'
import { renderOpenMetrics, scrapePageAt, SERIES } from '../workload/scrape-page.ts'
import { logsOfTrace, spansOfTrace } from '../workload/trace.ts'
import type { OtlpClient, OtlpSignal } from './exchange.ts'
import type { LogFiles, Rotation } from './log-files.ts'
import type { ScrapeTarget } from './scrape-target.ts'

export interface SendRoutes {
  /** Needed when the workload has traces or metric exports. */
  readonly otlp?: OtlpClient | undefined
  readonly files: LogFiles
  readonly target: ScrapeTarget
}

export interface SendOptions {
  /** Requests under way at a time, per signal. */
  readonly parallel?: number
  /** Traces or exports in one request. */
  readonly perRequest?: number
  /** Lines written and fsynced together. */
  readonly linesPerWrite?: number
  readonly rotation?: { readonly how: Rotation; readonly everyLines: number }
  readonly signal?: AbortSignal
}

/** Why collectors refused, how often. */
export type Refusals = Map<string, number>

export async function sendWorkload(ledger: Ledger, routes: SendRoutes, options: SendOptions = {}): Promise<Refusals> {
  const refusals: Refusals = new Map()
  const { sent } = ledger
  const { traces, metricExports, lines, scrapes, logsPerTrace } = sent
  await Promise.all([
    traces > 0 && sendTraces(ledger, routes, options, refusals),
    traces > 0 && logsPerTrace > 0 && sendLogRecords(ledger, routes, options, refusals),
    metricExports > 0 && sendMetrics(ledger, routes, options, refusals),
    lines > 0 && writeLines(ledger, routes.files, options),
    scrapes > 0 && servePages(ledger, routes.target, options),
  ])
  return refusals
}

interface Batches {
  readonly track: Track
  readonly signal: OtlpSignal
  readonly count: number
  readonly itemsOf: number
  encode(from: number, to: number): Uint8Array
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

const sendTraces = (ledger: Ledger, routes: SendRoutes, options: SendOptions, refusals: Refusals): Promise<void> =>
  sendBatches(ledger, routes, options, refusals, {
    track: ledger.tracks.spans,
    signal: 'traces',
    count: ledger.sent.traces,
    itemsOf: ledger.sent.spansPerTrace,
    encode: (from, to) => encodeTracesProto(range(from, to).flatMap((trace) => spansOfTrace(ledger.sent, trace))),
  })

const sendLogRecords = (ledger: Ledger, routes: SendRoutes, options: SendOptions, refusals: Refusals): Promise<void> =>
  sendBatches(ledger, routes, options, refusals, {
    track: ledger.tracks.logRecords,
    signal: 'logs',
    count: ledger.sent.traces,
    itemsOf: ledger.sent.logsPerTrace,
    encode: (from, to) => encodeLogsProto(range(from, to).flatMap((trace) => logsOfTrace(ledger.sent, trace))),
  })

const sendMetrics = (ledger: Ledger, routes: SendRoutes, options: SendOptions, refusals: Refusals): Promise<void> =>
  // One at a time: the points of a cumulative series have an order.
  sendBatches(ledger, routes, { ...options, parallel: 1 }, refusals, {
    track: ledger.tracks.dataPoints,
    signal: 'metrics',
    count: ledger.sent.metricExports,
    itemsOf: POINTS_PER_EXPORT,
    encode: (from, to) =>
      encodeMetricsProto(range(from, to).flatMap((exported) => metricsOfExport(ledger.sent, exported))),
  })

async function sendBatches(
  ledger: Ledger,
  { otlp }: SendRoutes,
  options: SendOptions,
  refusals: Refusals,
  batches: Batches,
): Promise<void> {
  if (otlp === undefined) throw new Error(`${batches.signal}: the collector under test has no OTLP port`)
  const { parallel = 4, perRequest = 5, signal } = options
  const { track, count, itemsOf } = batches
  const startedAtMs = performance.now()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count && signal?.aborted !== true) {
      const from = next
      const to = Math.min(count, from + perRequest)
      next = to
      await until(startedAtMs + dueAtMs(ledger.sent.pace, from), signal)
      const body = batches.encode(from, to)
      const atMs = performance.now()
      for (let seq = from * itemsOf; seq < to * itemsOf; seq++) track.generated(seq, atMs)
      const outcome = await otlp.send(batches.signal, body)
      // Which items of a partly rejected request were kept, nobody says: none of them counts as acknowledged.
      const isWhole = outcome.kind === 'acknowledged' && outcome.rejected === 0
      for (let seq = from * itemsOf; seq < to * itemsOf; seq++) {
        if (isWhole) track.acknowledged(seq)
        else track.refused(seq)
      }
      if (!isWhole)
        count1(refusals, outcome.kind === 'refused' ? outcome.reason : `partial success, ${outcome.rejected} rejected`)
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}

const count1 = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

async function until(atMs: number, signal: AbortSignal | undefined): Promise<void> {
  const waitMs = atMs - performance.now()
  if (waitMs > 1) await sleep(waitMs, undefined, { signal }).catch(() => {})
}

async function writeLines({ sent, tracks }: Ledger, files: LogFiles, options: SendOptions): Promise<void> {
  const { linesPerWrite = 20, rotation, signal } = options
  const startedAtMs = performance.now()
  for (let from = 0; from < sent.lines && signal?.aborted !== true; from += linesPerWrite) {
    await until(startedAtMs + dueAtMs(sent.pace, from), signal)
    const seqs = range(from, Math.min(sent.lines, from + linesPerWrite))
    const byFile = Map.groupBy(
      seqs.map((seq) => ({ seq, line: logLineAt(sent, seq) })),
      ({ line }) => line.file,
    )
    for (const [file, written] of byFile) {
      const atMs = performance.now()
      for (const { seq } of written) tracks.logLines.generated(seq, atMs)
      await files.append(file, Buffer.concat(written.map(({ line }) => line.bytes)))
      for (const { seq } of written) tracks.logLines.acknowledged(seq)
    }
    if (
      rotation !== undefined &&
      Math.floor((from + linesPerWrite) / rotation.everyLines) > Math.floor(from / rotation.everyLines)
    ) {
      // What is written and truncated within one look of a tailer, no tailer can see.
      if (rotation.how !== 'rename') await sleep(1500)
      for (const file of byFile.keys()) await files.rotate(file, rotation.how)
    }
  }
}

/** No scraper comes within this time: it never will. */
const SCRAPE_PATIENCE_MS = 60_000

async function servePages({ sent, tracks }: Ledger, target: ScrapeTarget, { signal }: SendOptions): Promise<void> {
  let step = 0
  let lastAtMs = performance.now()
  let written = 0
  target.nextPage = () => {
    if (step >= sent.scrapes) return undefined
    const at = step++
    const page = scrapePageAt(sent, at)
    lastAtMs = performance.now()
    const numbers = SERIES.flatMap(({ value }, index) =>
      value(sent, at) === undefined ? [] : [at * SERIES.length + index],
    )
    for (const seq of numbers) tracks.samples.generated(seq, lastAtMs)
    return {
      contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      body: renderOpenMetrics(page),
      written: () => {
        written++
        for (const seq of numbers) tracks.samples.acknowledged(seq)
      },
    }
  }
  while (written < sent.scrapes && signal?.aborted !== true) {
    await sleep(20)
    if (performance.now() - lastAtMs > SCRAPE_PATIENCE_MS)
      throw new Error(
        `scrape target: ${written} of ${sent.scrapes} pages were fetched, and none in the last ${SCRAPE_PATIENCE_MS / 1000} s`,
      )
  }
}
