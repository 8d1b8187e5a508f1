/** The books of one run: what was generated and acknowledged on one side, what arrived on the other. Reports are made from it in delivery-report.ts. */
import type { MetricMetadata, WriteExemplar, LabelPair, WriteSample } from '@playground/protocol/remote-write'
import type { Arrival } from '../backends/arrival.ts'
import type { ReceivedRequest } from '../backends/receiver.ts'
import { describeFault } from '../faults/fault.ts'
import { SERIES } from '../workload/scrape-page.ts'
import type { Workload } from '../workload/workload.ts'
import type { Difference } from './differences.ts'
import { recognise } from './recognise.ts'
import { ScrapeBook } from './scrape-book.ts'
import { Track, type TrackName } from './track.ts'

export interface Corruption extends Difference {
  readonly seq: number
  /** The receiver where it was seen. */
  readonly receiver: string
}

/** Everything of one path: how many items, and the first of them. */
export interface CorruptedField {
  items: number
  readonly first: Corruption[]
}

/** Examples kept of each kind of finding: enough to see a pattern, little enough to read. */
const EXAMPLES = 20
const OTHERS_KEPT = 20_000
/** A scrape times out after 900 ms in the reference configurations; a machine that is busy enough for that notices it later. */
const SCRAPE_TIMEOUT_MS = 3000
/** What Date.now() of two processes may differ. */
const CLOCK_MS = 100

export class Ledger {
  readonly sent: Workload
  readonly tracks: Readonly<Record<TrackName, Track>> = {
    spans: new Track('spans'),
    logRecords: new Track('logRecords'),
    dataPoints: new Track('dataPoints'),
    logLines: new Track('logLines'),
    samples: new Track('samples'),
  }
  readonly corruptedFields: Record<TrackName, Map<string, CorruptedField>> = {
    spans: new Map(),
    logRecords: new Map(),
    dataPoints: new Map(),
    logLines: new Map(),
    samples: new Map(),
  }
  readonly unexpected: string[] = []
  unexpectedItems = 0
  /** Requests by receiver and what became of them: `traces: answered 503 (gRPC code 14)`. */
  readonly outcomes = new Map<string, number>()
  /** Remote-write series that are not the workload's own: `up`, `scrape_*`, `target_info`. */
  readonly otherSamples: { labels: readonly LabelPair[]; sample: WriteSample }[] = []
  readonly exemplars: { labels: readonly LabelPair[]; exemplar: WriteExemplar }[] = []
  readonly metadata = new Map<string, MetricMetadata>()
  readonly scrapes: ScrapeBook
  readonly #failedScrapesAtMs: number[] = []
  /** When a request last had something of this run in it; scraping goes on for ever and is no sign of life. */
  lastArrivalAtMs = performance.now()
  /** What else looks at requests as they come: checks of headers, of labels, of waits between attempts. */
  readonly observers = new Set<(request: ReceivedRequest) => void>()

  constructor(sent: Workload) {
    this.sent = sent
    this.scrapes = new ScrapeBook(sent)
  }

  /** Acknowledged items that have not arrived. */
  get outstanding(): number {
    return Object.values(this.tracks).reduce((sum, track) => sum + track.outstanding, 0)
  }

  take(request: ReceivedRequest): void {
    const outcome = `${request.receiver}: ${outcomeOf(request)}`
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
    for (const arrival of request.arrivals) this.#arrive(arrival, request)
    for (const observe of this.observers) observe(request)
  }

  #arrive(arrival: Arrival, request: ReceivedRequest): void {
    if (arrival.kind === 'sample') return this.#takeSample(arrival.labels, arrival.sample, request)
    if (arrival.kind === 'exemplar') {
      if (request.accepted && this.exemplars.length < OTHERS_KEPT) this.exemplars.push(arrival)
      return
    }
    if (arrival.kind === 'metadata') {
      this.metadata.set(arrival.metadata.metricFamilyName, arrival.metadata)
      return
    }
    const found = recognise(this.sent, arrival)
    if (found === 'foreign') return
    if (found === 'unknown') return this.#takeUnexpected(arrival, request)
    this.lastArrivalAtMs = request.atMs
    const track = this.tracks[found.track]
    if (!request.accepted) return track.attempted(found.seq)
    if (!track.isGenerated(found.seq)) return this.#takeUnexpected(arrival, request)
    track.received(found.seq, request.atMs, found.stream)
    this.#judge(track, found.seq, found.compare(), request.receiver)
  }

  #takeSample(labels: readonly LabelPair[], sample: WriteSample, request: ReceivedRequest): void {
    if (!request.accepted) return
    const found = this.scrapes.take(labels, sample)
    if (found === undefined) {
      if (this.otherSamples.length < OTHERS_KEPT) this.otherSamples.push({ labels, sample })
      if (sample.value === 0 && labels.some(([label, value]) => label === '__name__' && value === 'up'))
        this.#failedScrapesAtMs.push(sample.timestampMs)
      return
    }
    if (found.length > 0) this.lastArrivalAtMs = request.atMs
    for (const { seq, differences } of found) {
      this.tracks.samples.received(seq, request.atMs)
      this.#judge(this.tracks.samples, seq, differences, request.receiver)
    }
  }

  /**
   * `up 0`: the collector says it did not get the page that was written to it after that scrape began, so it never acknowledged it. One page
   * for each such sample; called before a report, when it is known which pages arrived.
   */
  withdrawFailedPages(): void {
    const track = this.tracks.samples
    for (let page = 0; page < track.end; page += SERIES.length) {
      if (track.receipts(page) > 0 || !track.isAcknowledged(page)) continue
      const writtenAtMs = performance.timeOrigin + track.sentAtMs(page)
      const failed = this.#failedScrapesAtMs.findIndex(
        (atMs) => writtenAtMs > atMs - CLOCK_MS && writtenAtMs < atMs + SCRAPE_TIMEOUT_MS,
      )
      if (failed < 0) continue
      this.#failedScrapesAtMs.splice(failed, 1)
      for (let seq = page; seq < page + SERIES.length; seq++) track.withdrawn(seq)
    }
  }

  #judge(track: Track, seq: number, found: readonly Difference[], receiver: string): void {
    if (found.length === 0) return
    track.corrupted(seq)
    for (const difference of found) {
      const fields = this.corruptedFields[track.name]
      const field = fields.get(difference.path) ?? { items: 0, first: [] }
      fields.set(difference.path, field)
      field.items++
      if (field.first.length < EXAMPLES) field.first.push({ ...difference, seq, receiver })
    }
  }

  #takeUnexpected(arrival: Arrival, request: ReceivedRequest): void {
    this.unexpectedItems++
    if (this.unexpected.length < EXAMPLES)
      this.unexpected.push(`${request.receiver}, request ${request.number}: ${describeArrival(arrival)}`)
  }
}

function describeArrival(arrival: Arrival): string {
  switch (arrival.kind) {
    case 'span':
      return `a span with trace id ${arrival.placed.item.traceId} and span id ${arrival.placed.item.spanId}, which nobody sent`
    case 'point':
      return `a data point of ${arrival.placed.item.name} at ${arrival.placed.item.data?.points[0]?.timeUnixNano ?? 0n}, which nobody sent`
    case 'entry':
      return `a line nobody wrote: ${JSON.stringify(arrival.entry.line.slice(0, 120))}`
    default:
      return `a ${arrival.kind} nobody sent`
  }
}

function outcomeOf({ fault, unreadable }: ReceivedRequest): string {
  if (unreadable !== undefined) return `unreadable (${unreadable})`
  return fault === undefined ? 'taken' : describeFault(fault)
}
