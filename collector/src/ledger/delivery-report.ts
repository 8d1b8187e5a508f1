/** What became of every item of a run, in numbers and with the first of each kind of finding. Plain data: JSON.stringify gives the whole of it. */
import { SERIES } from '../workload/scrape-page.ts'
import { metricAt } from '../workload/metric-export.ts'
import { spanAt, logRecordAt } from '../workload/trace.ts'
import { logLineAt } from '../workload/log-line.ts'
import type { Workload } from '../workload/workload.ts'
import type { CorruptedField, Ledger } from './ledger.ts'
import type { Track, TrackName } from './track.ts'

export interface Finding {
  readonly kind: 'lost' | 'duplicated' | 'reordered' | 'late'
  readonly seq: number
  readonly item: string
  /** Where it went astray. */
  readonly hop: string
}

export interface TrackReport {
  readonly track: TrackName
  readonly generated: number
  readonly acknowledged: number
  readonly refused: number
  /** Different items that arrived. */
  readonly received: number
  readonly lost: number
  /** Receipts beyond the first of each item. */
  readonly duplicated: number
  readonly corrupted: number
  readonly reordered: number
  readonly late: number
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly findings: readonly Finding[]
  readonly corruptedFields: Readonly<Record<string, CorruptedField>>
}

export interface DeliveryReport {
  readonly tracks: readonly TrackReport[]
  readonly unexpected: { readonly items: number; readonly first: readonly string[] }
  /** What the backend answered, by receiver. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly sent: Workload
}

const EXAMPLES = 20

export interface ReportOptions {
  /** An item that takes longer from sent to received is late. */
  readonly lateAfterMs?: number
}

/** Tracks without items are left out. */
export function reportOf(ledger: Ledger, { lateAfterMs = 60_000 }: ReportOptions = {}): DeliveryReport {
  ledger.withdrawFailedPages()
  return {
    tracks: Object.values(ledger.tracks)
      .filter(({ end }) => end > 0)
      .map((track) => reportTrack(ledger, track, lateAfterMs)),
    unexpected: { items: ledger.unexpectedItems, first: ledger.unexpected },
    outcomes: Object.fromEntries(ledger.outcomes),
    sent: ledger.sent,
  }
}

function reportTrack({ sent, corruptedFields }: Ledger, track: Track, lateAfterMs: number): TrackReport {
  const counts = {
    generated: 0,
    acknowledged: 0,
    refused: 0,
    received: 0,
    lost: 0,
    duplicated: 0,
    corrupted: 0,
    reordered: 0,
    late: 0,
  }
  const findings: Finding[] = []
  const note = (kind: Finding['kind'], seq: number, hop: string): void => {
    counts[kind]++
    if (counts[kind] <= EXAMPLES) findings.push({ kind, seq, item: describeItem(sent, track.name, seq), hop })
  }
  const latencies: number[] = []
  for (let seq = 0; seq < track.end; seq++) {
    if (!track.isGenerated(seq)) continue
    counts.generated++
    if (track.isAcknowledged(seq)) counts.acknowledged++
    if (track.isRefused(seq)) counts.refused++
    const receipts = track.receipts(seq)
    if (receipts === 0) {
      if (track.isAcknowledged(seq)) note('lost', seq, hopOfLoss(track, seq))
      continue
    }
    counts.received++
    if (track.isCorrupted(seq)) counts.corrupted++
    if (receipts > 1) {
      note(
        'duplicated',
        seq,
        `arrived ${receipts} times${track.isAttempted(seq) ? '; the backend had not taken an earlier request with it' : ''}`,
      )
      counts.duplicated += receipts - 2
    }
    if (track.isReordered(seq)) note('reordered', seq, 'arrived after a younger item of its stream')
    const latency = track.latencyMs(seq)
    latencies.push(latency)
    if (latency > lateAfterMs) note('late', seq, `arrived ${Math.round(latency)} ms after it was sent`)
  }
  latencies.sort((a, b) => a - b)
  const quantile = (q: number): number =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0)
  return {
    track: track.name,
    ...counts,
    latencyMs: { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) },
    findings,
    corruptedFields: Object.fromEntries(corruptedFields[track.name]),
  }
}

const hopOfLoss = (track: Track, seq: number): string =>
  track.isAttempted(seq)
    ? 'between collector and backend: it was in a request that the backend did not take, and in none after it'
    : 'in the collector: acknowledged, and in no request to the backend'

export function describeItem(sent: Workload, track: TrackName, seq: number): string {
  switch (track) {
    case 'spans': {
      const { traceId, spanId, name } = spanAt(sent, seq).item
      return `span ${seq} (${JSON.stringify(name)}, trace ${traceId}, span ${spanId})`
    }
    case 'logRecords': {
      const { traceId, spanId } = logRecordAt(sent, seq).item
      return `log record ${seq} (trace ${traceId}, span ${spanId})`
    }
    case 'dataPoints':
      return `data point ${seq} (${metricAt(sent, seq).name})`
    case 'logLines': {
      const { file, text } = logLineAt(sent, seq)
      return `line ${seq} (file ${file}, ${JSON.stringify(text.slice(0, 80))})`
    }
    case 'samples': {
      const series = SERIES[seq % SERIES.length]
      return `sample ${seq} (${series?.name ?? ''} of scrape ${Math.floor(seq / SERIES.length)})`
    }
  }
}
