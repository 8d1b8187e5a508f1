// Random and broken PromQL against our Prometheus: every answer comes in time, is JSON, and is no 5xx but a timeout said as such.
// node test/fuzz/promql-fuzz.ts --seconds 30 --seed 1
import { parseArgs } from 'node:util'
import { encodeWriteV1, WRITE_V1_CONTENT_TYPE } from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { startPrometheus } from '../../backend/src/prometheus/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { field } from '../../scripts/lab/json.ts'
import { type ApiCall, askApi, describeCall } from '../twins/prometheus/api-call.ts'
import { renderQuery } from '../twins/prometheus/query-tree.ts'
import { CallGenerator } from '../twins/prometheus/random-call.ts'
import { QueryGrammar } from '../twins/prometheus/random-query.ts'
import { END_MS, randomSeries, START_MS } from '../twins/prometheus/random-series.ts'
import { SeededRandom } from '../twins/prometheus/seeded-random.ts'
import { hostileQuery } from './hostile-promql.ts'

const QUERY_TIMEOUT_MS = 2_000
/** For what a query does between two looks at the clock, on a busy machine. */
const GRACE_MS = 3_000

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
})
const random = new SeededRandom(Number(values.seed))
const server = await startPrometheus({
  host: '127.0.0.1',
  port: 0,
  allowedHosts: [],
  limits: { ...defaultLimits, queryTimeoutMs: QUERY_TIMEOUT_MS },
  retention: { ...defaultRetention, maxAgeMs: Infinity },
  featureFlags: ['promql-experimental-functions', 'promql-binop-fill-modifiers'],
})
try {
  await fill(server.url)
  process.exitCode = (await run(Number(values.seconds) * 1_000)) > 0 ? 1 : 0
} finally {
  await server.close()
}

async function fill(url: string): Promise<void> {
  const body = Buffer.from(snappyEncode(encodeWriteV1({ series: randomSeries(random), metadata: [] })))
  const headers = { 'content-type': WRITE_V1_CONTENT_TYPE, 'content-encoding': 'snappy' }
  const response = await fetch(`${url}/api/v1/write`, { method: 'POST', body, headers })
  if (!response.ok) throw new Error(`the data was refused: ${response.status} ${await response.text()}`)
}

async function run(durationMs: number): Promise<number> {
  const grammar = new QueryGrammar(random)
  const calls = new CallGenerator(random)
  const statuses = new Map<number, number>()
  const endsAt = performance.now() + durationMs
  let asked = 0
  let found = 0
  for (; performance.now() < endsAt; asked++) {
    const call = random.chance(0.2) ? calls.call() : queryCall(mutated(renderQuery(grammar.query())))
    const { status, fault } = await check(call)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (fault === undefined) continue
    found++
    process.stdout.write(`request ${asked}: ${fault}\n    ${describeCall(call).slice(0, 2_000)}\n`)
  }
  const summary = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`)
  process.stdout.write(`seed ${values.seed}: ${asked} requests (${summary.join(', ')}), ${found} faults\n`)
  return found
}

/** As it is, broken in places, or made to hurt. */
function mutated(query: string): string {
  if (random.chance(0.4)) return query
  if (random.chance(0.3)) return hostileQuery(random, query)
  let text = query
  for (let change = random.between(1, 4); change > 0; change--) {
    const at = random.between(0, text.length)
    const length = random.pick([0, 1, 1, 5])
    const insert = random.pick([
      '',
      text.slice(0, random.between(0, 9)),
      '(',
      ')',
      '[',
      '{',
      '"',
      '\0',
      '\u2028',
      '\ud800',
      '1e',
      ' or ',
    ])
    text = text.slice(0, at) + insert + text.slice(at + length)
  }
  return text
}

function queryCall(query: string): ApiCall {
  const [start = 0, end = 0] = [random.between(START_MS, END_MS), random.between(START_MS, END_MS)].toSorted(
    (a, b) => a - b,
  )
  if (random.chance(0.5)) {
    return {
      path: '/api/v1/query',
      params: [
        ['query', query],
        ['time', String(start / 1000)],
      ],
      method: 'POST',
    }
  }
  const step = String(random.pick([1, 5, 15, 60]))
  const range: [string, string][] = [
    ['start', String(start / 1000)],
    ['end', String(end / 1000)],
    ['step', step],
  ]
  return { path: '/api/v1/query_range', params: [['query', query], ...range], method: 'POST' }
}

async function check(call: ApiCall): Promise<{ status: number; fault: string | undefined }> {
  const startedAt = performance.now()
  try {
    const { status, body } = await askApi(server.url, call, AbortSignal.timeout(QUERY_TIMEOUT_MS + GRACE_MS))
    const text = JSON.stringify(body).slice(0, 300)
    if (status === 503 && field(body, 'errorType') === 'timeout') return { status, fault: undefined }
    if (status >= 500) return { status, fault: `status ${status}: ${text}` }
    const hasShape = status === 404 || field(body, 'status') === (status === 200 ? 'success' : 'error')
    return { status, fault: hasShape ? undefined : `status ${status} without Prometheus' shape: ${text}` }
  } catch (error) {
    const afterMs = Math.round(performance.now() - startedAt)
    return {
      status: 0,
      fault: `no answer after ${afterMs} ms: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}
