// What the page of a run shows besides its report: the shop's rate, errors and duration over the phases, the failing trace, its log lines.
import { asArray, asText, field } from '../../lab/json.ts'
import type { LabDescription } from '../../lab/lab-description.ts'
import { storeUrls } from '../../lab/lab-description.ts'
import type { RunReport } from '../run-report.ts'
import { ask, getJson, rangeUrl } from '../store-queries.ts'
import type { Row, Stores, Window } from '../store-queries.ts'

export interface Series {
  points: { atMs: number; value: number }[]
}

export interface Chart {
  title: string
  unit: string
  query: string
  series: Series[]
}

export interface SpanPicture {
  spanId: string
  parentSpanId: string
  service: string
  name: string
  fromMs: number
  toMs: number
  failed: boolean
}

export interface Pictures {
  window: Window
  charts: Chart[]
  traceId: string | undefined
  spans: SpanPicture[]
  lines: Row[]
}

const requests = 'http_server_request_duration_seconds_count{service_name="gateway"}'
const refused = 'http_server_request_duration_seconds_count{service_name="gateway",http_response_status_code=~"5.."}'
const buckets = 'http_server_request_duration_seconds_bucket{service_name="gateway"}'

/** rate() would not see the first errors: their series begins with them, and a rate needs a sample from before. */
const perSecond = (series: string) =>
  `clamp_min((sum(${series}) or vector(0)) - (sum(${series} offset 3s) or vector(0)), 0) / 3`

const CHARTS = [
  { title: 'Rate', unit: 'requests/s', query: perSecond(requests) },
  { title: 'Errors', unit: 'refused/s (5xx)', query: perSecond(refused) },
  {
    title: 'Duration',
    unit: 's, p95',
    query: `histogram_quantile(0.95, sum by (le) (${buckets}) - sum by (le) (${buckets} offset 3s))`,
  },
]

/** A store that does not answer any more costs its picture, not the page. */
export async function gatherPictures(lab: LabDescription, report: RunReport): Promise<Pictures> {
  const stores = storeUrls(lab)
  const window = {
    fromMs: (report.phases[0]?.startedAtMs ?? Date.now()) - 1_000,
    toMs: (report.phases.at(-1)?.endedAtMs ?? Date.now()) + 1_000,
  }
  const traceId = report.requests.find(({ phase, hit }) => phase === 'load' && hit)?.traceId
  const orNone = <T>(work: Promise<T[]>): Promise<T[]> => work.catch(() => [])
  const [charts, spans, lines] = await Promise.all([
    Promise.all(
      CHARTS.map(async (chart) => ({ ...chart, series: await orNone(readSeries(stores, chart.query, window)) })),
    ),
    traceId === undefined ? [] : orNone(readSpans(stores, traceId)),
    traceId === undefined ? [] : orNone(readLines(stores, traceId, window)),
  ])
  return { window, charts, traceId, spans, lines }
}

async function readSeries(stores: Stores, query: string, window: Window): Promise<Series[]> {
  const body = await getJson(rangeUrl(stores, query, window))
  return asArray(field(body, 'data', 'result')).map((series) => ({
    points: asArray(field(series, 'values'))
      .map((point) => ({ atMs: Number(asArray(point)[0]) * 1_000, value: Number(asArray(point)[1]) }))
      .filter(({ value }) => Number.isFinite(value)),
  }))
}

async function readLines(stores: Stores, traceId: string, { fromMs, toMs }: Window): Promise<Row[]> {
  const query = `{service_name=~".+"} | trace_id="${traceId}"`
  // Two minutes earlier too: a clock may be behind.
  return (await ask(stores, 'logs', query, { fromMs: fromMs - 120_000, toMs })).rows
}

async function readSpans({ tempo }: Stores, traceId: string): Promise<SpanPicture[]> {
  const body = await getJson(new URL(`/api/v2/traces/${traceId}`, tempo))
  return asArray(field(body, 'trace', 'resourceSpans')).flatMap((resourceSpans) => {
    const service = asArray(field(resourceSpans, 'resource', 'attributes')).find(
      (attribute) => field(attribute, 'key') === 'service.name',
    )
    return asArray(field(resourceSpans, 'scopeSpans')).flatMap((scopeSpans) =>
      asArray(field(scopeSpans, 'spans')).map((span): SpanPicture => ({
        spanId: asText(field(span, 'spanId')),
        parentSpanId: asText(field(span, 'parentSpanId')),
        service: asText(field(service, 'value', 'stringValue')),
        name: asText(field(span, 'name')),
        fromMs: milliseconds(field(span, 'startTimeUnixNano')),
        toMs: milliseconds(field(span, 'endTimeUnixNano')),
        failed: [2, 'STATUS_CODE_ERROR'].includes(status(span)),
      })),
    )
  })
}

const milliseconds = (value: unknown) => Number(BigInt(asText(value) || '0') / 1_000n) / 1_000

function status(span: unknown): string | number {
  const code = field(span, 'status', 'code')
  return typeof code === 'number' ? code : asText(code)
}
