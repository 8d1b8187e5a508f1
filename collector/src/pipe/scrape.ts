/** Scrapes one target every second into remote write: samples, exemplars, metadata, `up`, and staleness markers for what is gone. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseExposition, SCRAPE_ACCEPT, type Exposition } from '@playground/protocol/exposition'
import type { LabelPair, WriteRequest, WriteSeries } from '@playground/protocol/remote-write'

const INTERVAL_MS = 1000

export interface ScrapeOptions {
  readonly target: string
  readonly signal: AbortSignal
  readonly deliver: (request: WriteRequest) => Promise<void>
}

export async function scrapeForEver({ target, signal, deliver }: ScrapeOptions): Promise<void> {
  let known: KnownSeries = new Map()
  while (!signal.aborted) {
    const startedAtMs = performance.now()
    const timestampMs = Date.now()
    const page = await fetchPage(target)
    const scraped = writeOfPage(page, known, { target, timestampMs, tookMs: performance.now() - startedAtMs })
    known = scraped.known
    // Not awaited: the next scrape is due whatever the backend does, and order within a series is the sender's concern.
    void deliver(scraped.request)
    await sleep(Math.max(1, INTERVAL_MS - (performance.now() - startedAtMs)), undefined, { signal }).catch(() => {})
  }
}

/** The series of the last scrape, by their labels. */
export type KnownSeries = ReadonlyMap<string, LabelPair[]>

interface ScrapeFacts {
  readonly target: string
  readonly timestampMs: number
  readonly tookMs: number
}

/** What one scrape says; `page` is `undefined` when the target did not answer well. */
export function writeOfPage(
  page: Exposition | undefined,
  before: KnownSeries,
  { target, timestampMs, tookMs }: ScrapeFacts,
): { request: WriteRequest; known: KnownSeries } {
  const own: LabelPair[] = [
    ['cluster', 'collector-test'],
    ['instance', target],
    ['job', 'collector-test'],
  ]
  const sorted = (labels: readonly LabelPair[]): LabelPair[] =>
    [...labels, ...own].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const one = (labels: LabelPair[], value: number): WriteSeries => ({
    labels,
    samples: [{ timestampMs, value }],
    histograms: [],
    exemplars: [],
  })
  const known = new Map<string, LabelPair[]>()
  const series = (page?.samples ?? []).map(({ labels, value, exemplar }): WriteSeries => {
    const all = sorted(labels)
    known.set(JSON.stringify(all), all)
    const exemplars = exemplar === undefined ? [] : [{ labels: exemplar.labels, value: exemplar.value, timestampMs }]
    return { ...one(all, value), exemplars }
  })
  const gone = [...before]
    .filter(([key]) => !known.has(key))
    .map(([, labels]): WriteSeries => ({
      ...one(labels, Number.NaN),
      samples: [{ timestampMs, value: Number.NaN, stale: true }],
    }))
  const about = (name: string, value: number): WriteSeries => one(sorted([['__name__', name]]), value)
  const health = [
    about('up', page === undefined ? 0 : 1),
    about('scrape_duration_seconds', tookMs / 1000),
    about('scrape_samples_scraped', page?.samples.length ?? 0),
  ]
  return { request: { series: [...series, ...gone, ...health], metadata: page?.metadata ?? [] }, known }
}

async function fetchPage(target: string): Promise<Exposition | undefined> {
  try {
    const response = await fetch(`http://${target}/metrics`, {
      headers: { accept: SCRAPE_ACCEPT },
      signal: AbortSignal.timeout(900),
    })
    const text = await response.text()
    return response.ok ? parseExposition(text, response.headers.get('content-type') ?? '') : undefined
  } catch {
    return undefined
  }
}
