// The embedded Loki beside a real one: the same random streams into both, the same random requests to both, and the smallest
// request that shows a difference. LOKI_URL=http://... node test/twins/loki-twin.ts --seed 1 --cases 200
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startLoki } from '../../backend/src/loki/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { ask } from './loki/ask.ts'
import { difference } from './loki/compare.ts'
import { Random } from './loki/random.ts'
import { randomStreams } from './loki/random-logs.ts'
import { RequestMaker, type TwinCase } from './loki/random-requests.ts'

const theirs = process.env['LOKI_URL']
if (theirs === undefined) {
  console.error('LOKI_URL: expected the address of a real Loki')
  process.exit(2)
}
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '200' },
    rows: { type: 'string', default: '400' },
    show: { type: 'string', default: '20' },
  },
})
const seed = Number(values.seed)
const random = new Random(seed)
const endMs = Math.floor(Date.now() / 1000) * 1000 - 5000
const window = { startMs: endMs - 50 * 60_000, endMs }
const name = `s${seed}x${endMs}`

const server = await startLoki({
  host: '127.0.0.1',
  port: 0,
  allowedHosts: [],
  retention: defaultRetention,
  limits: defaultLimits,
})
try {
  await push(server.url, theirs)
  process.exitCode = (await compareAll(server.url, theirs)) ? 0 : 1
} finally {
  await server.close()
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
  for (let number = 0; number < Number(values.cases); number++) {
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
  console.log(`seed ${seed}: ${shown} of ${values.cases} requests differ`)
  return shown === 0
}
