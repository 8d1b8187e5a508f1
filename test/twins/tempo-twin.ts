// The embedded Tempo beside a real one: the same random traces into both, the same random requests to both, and the smallest query that
// shows a difference. TEMPO_BIN=<binary>, or TEMPO_URL and TEMPO_OTLP_URL, node test/twins/tempo-twin.ts --seed 1 --cases 200
// With --ours URL --start S --end S nothing is sent: both are asked about what they hold in that window.
// Exit code 0: no difference, 1: at least one, 2: there is no real Tempo to ask.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { encodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { startTempo } from '../../backend/src/tempo/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { realTempo } from '../real-servers/real-tempo.ts'
import { Random } from './loki/random.ts'
import { difference, type TwinAnswer } from './tempo/compare.ts'
import { knownDifference } from './tempo/known-differences.ts'
import { render, simplerTrees } from './tempo/query-tree.ts'
import { randomTraces } from './tempo/random-traces.ts'
import { RequestMaker, type TwinRequest } from './tempo/random-requests.ts'
import { readVocabulary } from './tempo/vocabulary.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '200' },
    traces: { type: 'string', default: '150' },
    show: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '600' },
    ours: { type: 'string' },
    start: { type: 'string' },
    end: { type: 'string' },
  },
})
const real = await realTempo(process.env)
if (real === undefined) {
  console.error(
    'TEMPO_BIN, or TEMPO_URL and TEMPO_OTLP_URL: expected the binary of a real Tempo, or its address and that of its OTLP/HTTP receiver',
  )
  process.exit(2)
}
const deadline = performance.now() + Number(values.seconds) * 1000
const seed = Number(values.seed)
const random = new Random(seed)
// A process of ours takes spans of any age, so that a seed gives the same traces and requests every time. One by URL keeps what earlier
// runs sent, and answers about the last minutes from elsewhere: a minute for each run, hours ago.
const slot = Math.floor(Date.now() / 1000) % 5_000
const isShared = process.env['TEMPO_URL'] !== undefined
const nowSeconds = isShared ? Math.floor(Date.now() / 1000) - 3_600 - slot * 300 : Date.UTC(2026, 0, 15, 12) / 1000
const window = { start: Number(values.start ?? nowSeconds), end: Number(values.end ?? nowSeconds + 60) }

try {
  process.exitCode = (await compareWith(real)) ? 0 : 1
} finally {
  await real.close()
}

async function compareWith({ url: theirs, otlpUrl }: { url: string; otlpUrl: string }): Promise<boolean> {
  if (values.ours !== undefined) return await compareAll(values.ours, theirs)
  const server = await startTempo({
    host: '127.0.0.1',
    port: 0,
    otlpGrpcPort: 0,
    otlpHttpPort: 0,
    allowedHosts: [],
    retention: { ...defaultRetention, maxAgeMs: Infinity },
    limits: defaultLimits,
  })
  try {
    const requests = randomTraces(random, {
      traces: Number(values.traces),
      startMs: window.start * 1000,
      endMs: window.end * 1000,
    })
    await push(requests, `http://127.0.0.1:${server.ports['otlpHttp']}`, otlpUrl)
    await untilShown(server.url, theirs)
    return await compareAll(server.url, theirs)
  } finally {
    await server.close()
  }
}

async function push(requests: readonly ResourceSpans[][], ...urls: string[]): Promise<void> {
  for (const url of urls) {
    for (const request of requests) {
      const response = await fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Buffer.from(encodeTracesProto(request)),
      })
      if (!response.ok) throw new Error(`${url}: the push answered ${response.status}: ${await response.text()}`)
    }
  }
}

async function untilShown(ours: string, real: string): Promise<void> {
  const path = `/api/search?${new URLSearchParams({ q: '{ }', start: String(window.start), end: String(window.end), limit: '5000', spss: '100' }).toString()}`
  const deadline = performance.now() + 90_000
  for (;;) {
    const found = difference(await ask(ours, path), await ask(real, path))
    if (found === undefined) return
    if (performance.now() > deadline) throw new Error(`the real Tempo does not show everything after 90 s: ${found}`)
    await sleep(1_000)
  }
}

async function ask(base: string, path: string): Promise<TwinAnswer> {
  const response = await fetch(base + path)
  return { status: response.status, text: await response.text() }
}

async function compareAll(ours: string, real: string): Promise<boolean> {
  const maker = new RequestMaker(random, await readVocabulary(real, window), window)
  let shown = 0
  let answered = 0
  let failedThere = 0
  let knownOnes = 0
  const differs = async (request: TwinRequest): Promise<string | undefined> => {
    const path = request.path()
    const [left, right] = await Promise.all([ask(ours, path), ask(real, path)])
    if (right.status === 200) answered++
    // A 500 of the real server is no answer to be held to; ours must not fail so.
    if (right.status >= 500 && left.status < 500) {
      failedThere++
      return undefined
    }
    return difference(left, right)
  }
  let number = 0
  for (; number < Number(values.cases) && shown < Number(values.show) && performance.now() < deadline; number++) {
    let smallest = maker.next()
    let found = await differs(smallest)
    if (found === undefined) continue
    for (let isSmaller = true; isSmaller;) {
      isSmaller = false
      for (const query of smallest.query === undefined ? [] : simplerTrees(smallest.query)) {
        const simpler = { ...smallest, query }
        const still = await differs(simpler)
        if (still === undefined) continue
        ;[smallest, found, isSmaller] = [simpler, still, true]
        break
      }
    }
    if (knownDifference(smallest.path()) !== undefined) {
      knownOnes++
      continue
    }
    shown++
    const query = smallest.query === undefined ? '' : `\n  ${render(smallest.query)}`
    console.log(`case ${number}: ${decodeURIComponent(smallest.path())}${query}\n  ${found}\n`)
  }
  console.log(
    `seed ${seed}: ${shown} of ${number} requests differ, ${knownOnes} more as documented (the real one answered 200 to ${answered}, failed with 5xx on ${failedThere})`,
  )
  return shown === 0
}
