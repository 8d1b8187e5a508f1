// The same random data and questions to a real Prometheus and to ours; says the smallest query whose answers differ.
// PROMETHEUS_URL=http://127.0.0.1:9090 (empty, remote write receiver on) or PROMETHEUS_BIN=<binary>, which is started afresh.
// Exit code 0: no difference, 1: at least one, 2: there is no real Prometheus to ask.
import { parseArgs } from 'node:util'
import { field } from '../../scripts/lab/json.ts'
import {
  encodeWriteV1,
  encodeWriteV2,
  WRITE_V1_CONTENT_TYPE,
  WRITE_V2_CONTENT_TYPE,
  type WriteRequest,
  type WriteSeries,
} from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { startPrometheus } from '../../backend/src/prometheus/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { realPrometheus } from '../real-servers/real-prometheus.ts'
import { type ApiCall, askApi, describeCall } from './prometheus/api-call.ts'
import { differenceOf } from './prometheus/compare-answers.ts'
import { type QueryTree, renderQuery, smallerQueries } from './prometheus/query-tree.ts'
import { CallGenerator } from './prometheus/random-call.ts'
import { QueryGrammar } from './prometheus/random-query.ts'
import { END_MS, randomSeries, START_MS, STEP_MS } from './prometheus/random-series.ts'
import { SeededRandom } from './prometheus/seeded-random.ts'

const FLAGS = [
  'promql-experimental-functions',
  'promql-binop-fill-modifiers',
  'promql-duration-expr',
  'promql-extended-range-selectors',
]
/** A scrape a request: the real server takes floats before histograms and drops what then is late. */
const STEPS_PER_WRITE = 1
/** Tries at making a failing query smaller. */
const MAX_SHRINKS = 300

type Twins = { real: string; ours: string }

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '500' },
    max: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '600' },
  },
})
const seed = Number(values.seed)
// Odd seeds keep names until the end of a query, as Prometheus 4 will.
const flags = seed % 2 === 1 ? [...FLAGS, 'promql-delayed-name-removal'] : FLAGS
const deadline = performance.now() + Number(values.seconds) * 1000
const real = await realPrometheus(process.env, flags)
if (real === undefined) {
  console.error('PROMETHEUS_BIN or PROMETHEUS_URL: expected the binary or the address of a real Prometheus')
  process.exit(2)
}
const ours = await startPrometheus({
  host: '127.0.0.1',
  port: 0,
  allowedHosts: [],
  limits: defaultLimits,
  retention: { ...defaultRetention, maxAgeMs: Infinity },
  featureFlags: flags,
})
try {
  const twins = { real: real.url, ours: ours.url }
  const random = new SeededRandom(seed)
  await fill(twins, randomSeries(random))
  const { asked, found } = await compareAll(twins, random, Number(values.cases), Number(values.max))
  process.stdout.write(`seed ${seed}: ${asked} cases, ${found} differences\n`)
  process.exitCode = found > 0 ? 1 : 0
} finally {
  await ours.close()
  await real.close()
}

async function fill(twins: Twins, series: readonly WriteSeries[]): Promise<void> {
  for (let fromMs = START_MS; fromMs < END_MS; fromMs += STEPS_PER_WRITE * STEP_MS) {
    const toMs = fromMs + STEPS_PER_WRITE * STEP_MS
    const within = ({ timestampMs }: { timestampMs: number }) => timestampMs >= fromMs && timestampMs < toMs
    const part = series
      .map((one) => ({
        ...one,
        samples: one.samples.filter(within),
        histograms: one.histograms.filter(within),
        exemplars: one.exemplars.filter(within),
      }))
      .filter(({ samples, histograms }) => samples.length + histograms.length > 0)
    for (const base of [twins.real, twins.ours]) await write(base, { series: part, metadata: [] })
  }
}

async function write(base: string, request: WriteRequest): Promise<void> {
  const second = seed % 3 === 0
  const response = await fetch(`${base}/api/v1/write`, {
    method: 'POST',
    body: Buffer.from(snappyEncode(second ? encodeWriteV2(request) : encodeWriteV1(request))),
    headers: { 'content-type': second ? WRITE_V2_CONTENT_TYPE : WRITE_V1_CONTENT_TYPE, 'content-encoding': 'snappy' },
  })
  if (!response.ok) throw new Error(`${base} refused the data: ${response.status} ${await response.text()}`)
}

async function compareAll(twins: Twins, random: SeededRandom, cases: number, max: number) {
  const grammar = new QueryGrammar(random)
  const calls = new CallGenerator(random)
  let found = 0
  let n = 0
  for (; n < cases && found < max && performance.now() < deadline; n++) {
    if (random.chance(0.3)) {
      const call = calls.call()
      found += report(n, call, await ask(twins, call))
      continue
    }
    const tree = grammar.query()
    const callOf = queryCall(random)
    const difference = await ask(twins, callOf(tree))
    if (difference === undefined) continue
    const smallest = await shrink(twins, tree, callOf, difference)
    found += report(n, callOf(smallest.tree), smallest.difference)
  }
  return { asked: n, found }
}

function report(n: number, call: ApiCall, difference: string | undefined): number {
  if (difference === undefined) return 0
  process.stdout.write(`case ${n}: ${describeCall(call)}\n    ${difference}\n`)
  return 1
}

function queryCall(random: SeededRandom): (tree: QueryTree) => ApiCall {
  const [a = 0, b = 0] = [random.between(-300, 3900), random.between(-300, 3900)].toSorted((x, y) => x - y)
  const startS = START_MS / 1000
  if (random.chance(0.5))
    return (tree) => ({
      path: '/api/v1/query',
      params: [
        ['query', renderQuery(tree)],
        ['time', String(startS + a)],
      ],
      method: 'GET',
    })
  const step = String(Math.max(random.pick([15, 30, 60, 37]), Math.ceil((b - a) / 60)))
  const range: [string, string][] = [
    ['start', String(startS + a)],
    ['end', String(startS + b)],
    ['step', step],
  ]
  return (tree) => ({ path: '/api/v1/query_range', params: [['query', renderQuery(tree)], ...range], method: 'POST' })
}

async function ask(twins: Twins, call: ApiCall): Promise<string | undefined> {
  const [real, ours] = await Promise.all([askApi(twins.real, call), askApi(twins.ours, call)])
  const query = call.params.find(([name]) => name === 'query')?.[1] ?? ''
  // Which ones a limit leaves depends on the order of the index: their number has to be the same.
  if (call.params.some(([name, value]) => name === 'limit' && value !== '') && sameLength(real.body, ours.body))
    return undefined
  return differenceOf(real, ours, { ordered: query.startsWith('sort') })
}

function sameLength(real: unknown, ours: unknown): boolean {
  const lengths = [real, ours].map((body) => {
    const data = field(body, 'data')
    const list = Array.isArray(data) ? data : field(data, 'result')
    return Array.isArray(list) ? list.length : undefined
  })
  return lengths[0] !== undefined && lengths[0] === lengths[1]
}

async function shrink(twins: Twins, tree: QueryTree, callOf: (tree: QueryTree) => ApiCall, difference: string) {
  let smallest = { tree, difference }
  let tries = 0
  for (let again = true; again;) {
    again = false
    for (const smaller of smallerQueries(smallest.tree)) {
      if (++tries > MAX_SHRINKS) return smallest
      const still = await ask(twins, callOf(smaller))
      if (still === undefined) continue
      smallest = { tree: smaller, difference: still }
      again = true
      break
    }
  }
  return smallest
}
