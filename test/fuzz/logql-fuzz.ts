// Random and broken requests to the embedded Loki: no crash, no answer of 500 and above, none later than the query timeout.
// node test/fuzz/logql-fuzz.ts --seconds 30 --seed 1
import { parseArgs } from 'node:util'
import { startLoki } from '../../backend/src/loki/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { ask } from '../twins/loki/ask.ts'
import { Random } from '../twins/loki/random.ts'
import { randomStreams } from '../twins/loki/random-logs.ts'
import { RequestMaker, type TwinRequest } from '../twins/loki/random-requests.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
})
const queryTimeoutMs = 2000
/** Between the deadline and the answer: one slice of evaluation and the answer's way. */
const graceMs = 1500
const random = new Random(Number(values.seed))
const endMs = Math.floor(Date.now() / 1000) * 1000
const window = { startMs: endMs - 50 * 60_000, endMs }

const server = await startLoki({
  host: '127.0.0.1',
  port: 0,
  allowedHosts: [],
  retention: defaultRetention,
  limits: { ...defaultLimits, queryTimeoutMs, queryMemoryBytes: 32 * 2 ** 20 },
})
try {
  process.exitCode = await fuzz()
} finally {
  await server.close()
}

async function fuzz(): Promise<number> {
  await pushBody(JSON.stringify({ streams: randomStreams(random, { name: 'fuzz', count: 3000, ...window }) }))
  const maker = new RequestMaker(random, 'fuzz', window)
  const deadline = performance.now() + Number(values.seconds) * 1000
  let requests = 0
  for (; performance.now() < deadline; requests++) {
    const request = random.chance(0.5) ? maker.next().request : mangled(maker.next().request)
    const problem = random.chance(0.1) ? await pushProblem() : await queryProblem(request)
    if (problem === undefined) continue
    console.error(`seed ${values.seed}, request ${requests}: ${problem}`)
    return 1
  }
  console.log(`seed ${values.seed}: ${requests} requests, none failed`)
  return 0
}

async function queryProblem(request: TwinRequest): Promise<string | undefined> {
  const startedAt = performance.now()
  const { status, text } = await ask(server.url, request)
  const ms = performance.now() - startedAt
  if (status >= 500 && status !== 504) return `${status} ${text.trim()}\n${JSON.stringify(request)}`
  if (ms > queryTimeoutMs + graceMs) return `${ms.toFixed(0)} ms\n${JSON.stringify(request)}`
  return undefined
}

/** Each parameter with a fair chance of some noise in it. */
function mangled(request: TwinRequest): TwinRequest {
  return {
    ...request,
    params: request.params.map(([name, value]) => [name, random.chance(0.4) ? noisy(value) : value]),
  }
}

function noisy(text: string): string {
  const at = random.below(text.length + 1)
  const noise = random.pick([
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '"',
    '`',
    '\\',
    '|',
    '\u0000',
    '\ud800',
    '😀',
    '-',
    '9'.repeat(30),
    '((((('.repeat(500),
    '{{',
    '}}',
    '.*'.repeat(40),
    '\n',
  ])
  return random.pick([
    text.slice(0, at) + noise + text.slice(at),
    text.slice(0, at),
    text.slice(at),
    text.slice(0, at) + text.slice(at + 1 + random.below(5)),
    text + text,
  ])
}

async function pushProblem(): Promise<string | undefined> {
  const streams = randomStreams(random, { name: 'fuzz', count: 20, ...window })
  const body = noisy(JSON.stringify({ streams }))
  const { status, text } = await pushBody(body)
  return status >= 500 ? `push: ${status} ${text}\n${body.slice(0, 2000)}` : undefined
}

async function pushBody(body: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return { status: response.status, text: await response.text() }
}
