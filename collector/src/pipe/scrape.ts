/** Scrapes one target every second into remote write: samples, exemplars, metadata, `up`, and staleness markers for what is gone. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseExposition, SCRAPE_ACCEPT } from '@playground/protocol/exposition'
import type { LabelPair, WriteRequest, WriteSeries } from '@playground/protocol/remote-write'

const INTERVAL_MS = 1000

export interface ScrapeOptions {
  readonly target: string
  readonly signal: AbortSignal
  readonly deliver: (request: WriteRequest) => Promise<void>
}

export async function scrapeForEver({ target, signal, deliver }: ScrapeOptions): Promise<void> {
  let before = new Map<string, LabelPair[]>()
  while (!signal.aborted) {
    const startedAtMs = performance.now()
    const timestampMs = Date.now()
    const page = await fetchPage(target)
    const own: LabelPair[] = [
      ['cluster', 'collector-test'],
      ['instance', target],
      ['job', 'collector-test'],
    ]
    const sorted = (labels: readonly LabelPair[]): LabelPair[] =>
      [...labels, ...own].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const now = new Map<string, LabelPair[]>()
    const series = (page?.samples ?? []).map(({ labels, value, exemplar }): WriteSeries => {
      const all = sorted(labels)
      now.set(JSON.stringify(all), all)
      const exemplars = exemplar === undefined ? [] : [{ labels: exemplar.labels, value: exemplar.value, timestampMs }]
      return { labels: all, samples: [{ timestampMs, value }], histograms: [], exemplars }
    })
    const gone = [...before]
      .filter(([key]) => !now.has(key))
      .map(([, labels]): WriteSeries => ({
        labels,
        samples: [{ timestampMs, value: Number.NaN, stale: true }],
        histograms: [],
        exemplars: [],
      }))
    const about = (name: string, value: number): WriteSeries => ({
      labels: sorted([['__name__', name]]),
      samples: [{ timestampMs, value }],
      histograms: [],
      exemplars: [],
    })
    const health = [
      about('up', page === undefined ? 0 : 1),
      about('scrape_duration_seconds', (performance.now() - startedAtMs) / 1000),
      about('scrape_samples_scraped', page?.samples.length ?? 0),
    ]
    before = now
    // Not awaited: the next scrape is due whatever the backend does, and order within a series is the sender's concern.
    void deliver({ series: [...series, ...gone, ...health], metadata: page?.metadata ?? [] })
    await sleep(Math.max(1, INTERVAL_MS - (performance.now() - startedAtMs)), undefined, { signal }).catch(() => {})
  }
}

async function fetchPage(target: string): Promise<ReturnType<typeof parseExposition> | undefined> {
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
