// The pipe without its process: the calm scenario in milliseconds, through every encoder and decoder, with one defect. For tests of checks.
import { encodePushProto } from '@playground/protocol/loki-push'
import { encodeLogsProto } from '@playground/protocol/otlp/logs'
import { encodeMetricsProto } from '@playground/protocol/otlp/metrics'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { encodeWriteV1, WRITE_V1_CONTENT_TYPE } from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { decodeRequest, type RequestKind } from '../backends/decode-request.ts'
import { reportOf } from '../ledger/delivery-report.ts'
import { Ledger } from '../ledger/ledger.ts'
import type { Track } from '../ledger/track.ts'
import { DEFECTS, Tampering, type DefectName } from '../pipe/defects.ts'
import { pushOfLines } from '../pipe/push-of-lines.ts'
import { writeOfPage, type KnownSeries } from '../pipe/scrape.ts'
import { logLineAt } from '../workload/log-line.ts'
import { metricsOfExport, POINTS_PER_EXPORT } from '../workload/metric-export.ts'
import { scrapePageAt, SERIES } from '../workload/scrape-page.ts'
import { logsOfTrace, spansOfTrace } from '../workload/trace.ts'
import { workload } from '../workload/workload.ts'
import { observe, type Calm } from './scenarios/calm.ts'

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

export function calmThroughDirectPipe(name: DefectName): Calm {
  const ledger = new Ledger(
    workload({
      seed: 5,
      traces: 60,
      logsPerTrace: 2,
      metricExports: 30,
      lines: 240,
      lineStyle: 'hostile',
      files: 2,
      scrapes: 8,
    }),
  )
  const { sent, tracks } = ledger
  const observed = observe(ledger)
  const tampering = new Tampering(DEFECTS[name])
  let number = 0
  const deliver = (kind: RequestKind, body: Uint8Array): void => {
    const isWrite = kind === 'remote-write'
    const contentType = isWrite ? WRITE_V1_CONTENT_TYPE : 'application/x-protobuf'
    const headers = isWrite
      ? {
          'content-encoding': 'snappy',
          'content-type': contentType,
          'x-prometheus-remote-write-version': '0.1.0',
          'user-agent': 'pipe/1',
        }
      : {}
    const arrivals = decodeRequest(kind, contentType, body)
    ledger.take({
      receiver: 'direct',
      kind,
      atMs: performance.now(),
      number: number++,
      arrivals,
      headers,
      sizeBytes: body.length,
      fault: undefined,
      accepted: true,
    })
  }
  const acknowledge = (track: Track, seqs: readonly number[]): void => {
    for (const seq of seqs) {
      track.generated(seq, performance.now())
      track.acknowledged(seq)
    }
  }
  acknowledge(tracks.spans, range(sent.traces * sent.spansPerTrace))
  acknowledge(tracks.logRecords, range(sent.traces * sent.logsPerTrace))
  acknowledge(tracks.dataPoints, range(sent.metricExports * POINTS_PER_EXPORT))
  acknowledge(tracks.logLines, range(sent.lines))
  for (const trace of range(sent.traces)) {
    deliver('otlp-traces', encodeTracesProto(tampering.traces(spansOfTrace(sent, trace))))
    deliver('otlp-logs', encodeLogsProto(tampering.logs(logsOfTrace(sent, trace))))
  }
  for (const exported of range(sent.metricExports))
    deliver('otlp-metrics', encodeMetricsProto(tampering.metrics(metricsOfExport(sent, exported))))
  const lines = range(sent.lines).map((seq) => logLineAt(sent, seq).bytes.subarray(0, -1))
  for (let from = 0; from < lines.length; from += 40)
    deliver('loki-push', snappyEncode(encodePushProto(tampering.push(pushOfLines(lines.slice(from, from + 40))))))
  let known: KnownSeries = new Map()
  for (const step of range(sent.scrapes + 1)) {
    const page = step < sent.scrapes ? scrapePageAt(sent, step) : undefined
    if (page !== undefined)
      acknowledge(
        tracks.samples,
        SERIES.flatMap(({ value }, index) => (value(sent, step) === undefined ? [] : [step * SERIES.length + index])),
      )
    // The target is gone in the future of every page: `up 0` takes back what was written in the second around it.
    const timestampMs = Date.now() + step * 1000 + 10_000
    const scraped = writeOfPage(page, known, { target: '127.0.0.1:1', timestampMs, tookMs: 3 })
    known = scraped.known
    deliver('remote-write', snappyEncode(encodeWriteV1(tampering.write(scraped.request))))
  }
  return {
    ...observed(),
    ledger,
    report: reportOf(ledger),
    books: [],
    residentBytes: undefined,
    idleCpuMsPerSecond: undefined,
    readyMs: 0,
  }
}
