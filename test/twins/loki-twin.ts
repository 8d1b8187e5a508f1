// The embedded Loki beside a real one: the same random streams into both, the same random requests to both, and the smallest
// request that shows a difference. LOKI_BIN=<binary> or LOKI_URL=<address> node test/twins/loki-twin.ts --seed 1 --cases 200
// Exit code 0: no difference, 1: at least one, 2: there is no real Loki to ask.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startLoki } from '../../backend/src/loki/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { realLoki } from '../real-servers/real-loki.ts'
import { ask } from './loki/ask.ts'
import { difference } from './loki/compare.ts'
import { Random } from './loki/random.ts'
import { randomStreams } from './loki/random-logs.ts'
import { RequestMaker, type TwinCase } from './loki/random-requests.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '200' },
    rows: { type: 'string', default: '400' },
    show: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '600' },
  },
})
const seed = Number(values.seed)
const random = new Random(seed)
const deadline = performance.now() + Number(values.seconds) * 1000
// A process of ours takes lines of any age, so that a seed gives the same lines and requests every time. One by URL keeps what earlier
// runs pushed and may refuse what is old.
const isShared = process.env['LOKI_URL'] !== undefined
const endMs = isShared ? Math.floor(Date.now() / 1000) * 1000 - 5000 : Date.UTC(2026, 0, 15, 12)
const window = { startMs: endMs - 50 * 60_000, endMs }
const name = `s${seed}x${endMs}`

const real = await realLoki(process.env)
if (real === undefined) {
  console.error('LOKI_BIN or LOKI_URL: expected the binary or the address of a real Loki')
  process.exit(2)
}
const server = await startLoki({
  host: '127.0.0.1',
  port: 0,
  allowedHosts: [],
  retention: { ...defaultRetention, maxAgeMs: Infinity },
  limits: defaultLimits,
})
try {
  await push(server.url, real.url)
  process.exitCode = (await compareAll(server.url, real.url)) ? 0 : 1
} finally {
  await server.close()
  await real.close()
}

async function push(...urls: string[]): Promise<void> {
  const streams = randomStreams(random, { name, count: Number(values.rows), ...window })
  for (const url of urls) {
    const response = await fetch(`${url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ streams }),
    })
    if (response.status !== 204)
      throw new Error(`${url}: the push answered ${response.status}: ${await response.text()}`)
  }
  await sleep(500)
}

async function differenceOf(ours: string, real: string, { request }: TwinCase): Promise<string | undefined> {
  const [left, right] = await Promise.all([ask(ours, request), ask(real, request)])
  return difference(left, right, request)
}

async function compareAll(ours: string, real: string): Promise<boolean> {
  const maker = new RequestMaker(random, name, window)
  let shown = 0
  let number = 0
  for (; number < Number(values.cases) && performance.now() < deadline; number++) {
    let smallest = maker.next()
    let found = await differenceOf(ours, real, smallest)
    if (found === undefined) continue
    for (let isSmaller = true; isSmaller;) {
      isSmaller = false
      for (const simpler of smallest.simpler()) {
        const still = await differenceOf(ours, real, simpler)
        if (still === undefined) continue
        ;[smallest, found, isSmaller] = [simpler, still, true]
        break
      }
    }
    const { method, path, params, headers } = smallest.request
    const flags = Object.keys(headers).length > 0 ? ` ${JSON.stringify(headers)}` : ''
    console.log(
      `case ${number}: ${method} ${path}${flags}\n  ${params.map(([key, value]) => `${key}=${value}`).join('\n  ')}\n${found}\n`,
    )
    if (++shown >= Number(values.show)) break
  }
  console.log(`seed ${seed}: ${shown} of ${number} requests differ`)
  return shown === 0
}
