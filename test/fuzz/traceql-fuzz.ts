// Random and damaged TraceQL against a running embedded Tempo: every answer is 200 or 400, in time, and the server lives.
// node test/fuzz/traceql-fuzz.ts --seconds 60 --seed 1
import { parseArgs } from 'node:util'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { startTempo } from '../../backend/src/tempo/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { mutate } from './traceql/mutate.ts'
import { randomTraces } from '../twins/tempo/random-traces.ts'
import { RandomQueries } from '../twins/tempo/random-queries.ts'
import { readVocabulary } from '../twins/tempo/vocabulary.ts'
import { Random } from '../twins/loki/random.ts'
import { render } from '../twins/tempo/query-tree.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '20' } },
})
const random = new Random(Number(values.seed))
const queryTimeoutMs = 2_000
/** Beyond the query's own limit: the clock is looked at between spans, and the machine may be busy. */
const patienceMs = queryTimeoutMs + 5_000
const window = { start: 1_790_000_000, end: 1_790_000_600 }
const paths = [
  '/api/search',
  '/api/metrics/query_range',
  '/api/metrics/query',
  '/api/v2/search/tags',
  '/api/v2/search/tag/name/values',
]

const server = await startTempo({
  host: '127.0.0.1',
  port: 0,
  otlpGrpcPort: 0,
  otlpHttpPort: 0,
  allowedHosts: [],
  retention: defaultRetention,
  limits: { ...defaultLimits, queryTimeoutMs },
})
try {
  for (const request of randomTraces(random, { traces: 60, startMs: window.start * 1000, endMs: window.end * 1000 })) {
    await fetch(`http://127.0.0.1:${server.ports['otlpHttp']}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(encodeTracesProto(request)),
    })
  }
  process.exitCode = (await fuzz()) ? 0 : 1
} finally {
  await server.close()
}

async function fuzz(): Promise<boolean> {
  const queries = new RandomQueries(random, await readVocabulary(server.url, window))
  const endAt = performance.now() + Number(values.seconds) * 1000
  const statuses = new Map<number, number>()
  let asked = 0
  while (performance.now() < endAt) {
    const whole = render(random.chance(0.6) ? queries.search() : queries.metrics())
    const query = random.chance(0.3) ? whole : mutate(whole, random)
    const path = random.pick(paths)
    const fault = await faultOf(path, query, statuses)
    asked++
    if (fault === undefined) continue
    console.log(`query ${asked} of seed ${values.seed}: ${path}\n  ${JSON.stringify(query)}\n  ${fault}`)
    return false
  }
  const counts = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
  console.log(`seed ${values.seed}: ${asked} queries, ${counts}`)
  // A fuzzer whose queries are all refused, or all accepted, tests nothing.
  return statuses.has(200) && statuses.has(400)
}

async function faultOf(path: string, q: string, statuses: Map<number, number>): Promise<string | undefined> {
  const parameters = new URLSearchParams({ q, start: String(window.start), end: String(window.end), step: '30s' })
  try {
    const response = await fetch(`${server.url}${path}?${parameters.toString()}`, {
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await response.text()
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    if (response.status === 200) JSON.parse(text)
    return response.status === 200 || response.status === 400
      ? undefined
      : `answered ${response.status}: ${text.slice(0, 300)}`
  } catch (error) {
    return `no answer within ${patienceMs} ms, or none that can be read: ${String(error)}`
  }
}
