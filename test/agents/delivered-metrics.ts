import { asArray, asText, asTextRecord, field } from '../../scripts/lab/json.ts'
import { exemplarsUrl } from '../../scripts/lab/proof/store-client.ts'
import type { Note } from './delivery.ts'
import { getJson } from './get-json.ts'
import type { Scenario } from './scenario.ts'

/** What is the same whatever agent runs and whichever stores: a store's own counters tell by which protocol it was written to. */
const COMPARED_JOBS = new Set(['playground', 'integrations/node_exporter'])
/** Their values are few and say how a number is written, or who is who; those of other labels come and go with the requests. */
const COMPARED_VALUES = ['job', 'service_name', 'le', 'quantile']
/** Span metrics are Tempo's, not the agent's. */
const SCRAPED = '{__name__=~".+", __name__!~"traces_.+"}'

export async function metricsDelivered(prometheus: string, scenario: Scenario, note: Note): Promise<void> {
  for (const labels of await readSeries(prometheus, SCRAPED, scenario.sinceMs)) {
    const { __name__: name = '', job = '' } = labels
    if (!COMPARED_JOBS.has(job) && name !== 'up') continue
    const subject = `metric ${name} of job ${job}`
    note(subject, 'label', ...Object.keys(labels))
    for (const label of COMPARED_VALUES) if (label in labels) note(subject, label, `"${labels[label]}"`)
  }
  for (const job of await readJobs(prometheus, scenario.sinceMs)) note('scraping', 'job', job)
  const body = await getJson(exemplarsUrl(prometheus, '{job="playground"}', scenario.sinceMs))
  const known = new Set(scenario.checkouts.map(({ traceId }) => traceId))
  for (const series of asArray(field(body, 'data'))) {
    const name = asText(field(series, 'seriesLabels', '__name__'))
    for (const exemplar of asArray(field(series, 'exemplars'))) {
      const labels = asTextRecord(field(exemplar, 'labels'))
      // Requests for health and metrics have exemplars too, at times.
      if (Object.values(labels).some((value) => known.has(value))) {
        note(`exemplars of ${name}`, 'label', ...Object.keys(labels))
      }
    }
  }
}

async function readSeries(prometheus: string, selector: string, sinceMs: number): Promise<Record<string, string>[]> {
  const url = new URL('/api/v1/series', prometheus)
  url.search = new URLSearchParams({ 'match[]': selector, ...sinceThen(sinceMs) }).toString()
  return asArray(field(await getJson(url), 'data')).map(asTextRecord)
}

async function readJobs(prometheus: string, sinceMs: number): Promise<string[]> {
  const url = new URL('/api/v1/label/job/values', prometheus)
  url.search = new URLSearchParams({ 'match[]': SCRAPED, ...sinceThen(sinceMs) }).toString()
  return asArray(field(await getJson(url), 'data')).map(asText)
}

const sinceThen = (sinceMs: number) => ({
  start: (sinceMs / 1_000).toFixed(3),
  end: (Date.now() / 1_000).toFixed(3),
})
