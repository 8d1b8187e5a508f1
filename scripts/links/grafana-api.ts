// A running Grafana, asked as its own pages ask it: `/api/ds/query` answers data frames, whatever the data source.
import { asArray, asText, field, parseObject } from '../lab/json.ts'
import { LabError } from '../lab/lab-error.ts'
import { reasonOf } from '../lab/readiness.ts'
import type { DataSource } from './provisioning.ts'
import type { TimeRange } from './time-range.ts'
import { MAX_DATA_POINTS, chartIntervalMs } from './time-range.ts'

/** Grafana's own deadline for a data source is 30 s. */
const REQUEST_TIMEOUT_MS = 35_000

export interface Grafana {
  url: string
  version: string
}

/** Columns of equal length. `name` is "exemplar" for the exemplars of a Prometheus query. */
export interface Frame {
  name: string
  columns: { name: string; type: string; values: unknown[] }[]
}

/** @throws LabError when nothing at this address is a Grafana */
export async function connectGrafana(address: string): Promise<Grafana> {
  const url = address.replace(/\/+$/, '')
  const advice =
    'start it with grafana.ini and the variables of `npm run links -- --env`, or leave the queries to it out'
  let health: unknown
  try {
    health = await getGrafana({ url }, '/api/health')
  } catch (cause) {
    throw new LabError(`no Grafana answers at ${url}: ${reasonOf(cause)}`, { cause, advice })
  }
  const version = asText(field(health, 'version'))
  if (version === '') throw new LabError(`${url}/api/health is not Grafana's: it says no version`, { advice })
  return { url, version }
}

/** @throws what Grafana says, for every status but 200 */
export async function getGrafana(grafana: Pick<Grafana, 'url'>, path: string): Promise<unknown> {
  const { status, body } = await send(`${grafana.url}${path}`)
  if (status === 200) return body
  throw new Error(`${path} answered ${status}${said(body)}`)
}

/** One query as a panel or Explore sends it. Grafana fills in its own variables (`$__interval`, ...) itself. */
export async function queryGrafana(
  grafana: Grafana,
  source: DataSource,
  target: Record<string, unknown>,
  range: TimeRange,
  minIntervalMs: number,
): Promise<Frame[]> {
  const query = {
    ...target,
    refId: 'A',
    datasource: { uid: source.uid, type: source.type },
    maxDataPoints: MAX_DATA_POINTS,
    intervalMs: chartIntervalMs(range, minIntervalMs),
  }
  const { status, body } = await send(`${grafana.url}/api/ds/query`, {
    from: String(Math.floor(range.fromMs)),
    to: String(Math.ceil(range.toMs)),
    queries: [query],
  })
  const result = field(body, 'results', 'A')
  const failure = asText(field(result, 'error'))
  if (failure !== '') throw new Error(failure)
  if (result === undefined) throw new Error(`/api/ds/query answered ${status}${said(body)}`)
  return asArray(field(result, 'frames')).map(toFrame)
}

function toFrame(frame: unknown): Frame {
  const values = asArray(field(frame, 'data', 'values'))
  return {
    name: asText(field(frame, 'schema', 'name')),
    columns: asArray(field(frame, 'schema', 'fields')).map((column, index) => ({
      name: asText(field(column, 'name')),
      type: asText(field(column, 'type')),
      values: asArray(values[index]),
    })),
  }
}

const said = (body: unknown) => {
  const message = asText(field(body, 'message'))
  return message === '' ? '' : `: ${message}`
}

async function send(url: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    redirect: 'manual',
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  const text = await response.text()
  // A list is what some paths answer; whatever is no JSON is no answer of Grafana's API.
  return { status: response.status, body: text.startsWith('[') ? JSON.parse(text) : parseObject(text) }
}
