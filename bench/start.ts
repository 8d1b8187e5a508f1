// From `npm run up` to the printed proof, the lab's memory by process, and from a log call to queryable under load.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, UsageError, runCommand } from '../scripts/lab/command-line/command.ts'
import { asArray, asText, field, parseObject } from '../scripts/lab/json.ts'
import { LabError } from '../scripts/lab/lab-error.ts'
import { driveLoad, percentiles } from '../scripts/load/load-driver.ts'
import { formatBytes, table } from '../scripts/lab/command-line/output.ts'
import type { Output } from '../scripts/lab/command-line/output.ts'
import { HOST, ROOT, readSettings } from '../scripts/lab/settings.ts'
import { queryLogs } from '../scripts/lab/proof/store-client.ts'

const AIMS = { startMs: 3_000, startMostMs: 6_000, memoryMb: 600, memoryMostMb: 1_024, queryableMostMs: 1_000 }
const IDLE_MS = 15_000

await runCommand(
  {
    name: 'bench',
    positionals: 'start',
    summary:
      "From `npm run up` to the printed proof, the lab's memory by process, and from a log call to queryable under load.",
    description:
      'Starts and stops a lab of its own on ports moved by --port-offset, with its data thrown away before each start unless\n' +
      '--warm. Memory is read after 15 s without requests.',
    options: {
      runs: { type: 'string', value: 'N', help: 'starts to measure (default 5)' },
      warm: { type: 'boolean', help: 'keep the data between the starts' },
      rate: { type: 'string', value: 'N', help: 'checkouts a second while lines are timed (default 20)' },
      lines: { type: 'string', value: 'N', help: 'log lines to time (default 200)' },
      'port-offset': { type: 'string', value: 'N', help: 'moves the ports of the measured lab (default 11000)' },
      json: { type: 'boolean', help: 'one JSON object on stdout' },
    },
    exitCodes: { 0: 'measured', 1: 'the lab did not start', 2: 'wrong usage' },
    examples: ['npm run bench -- start', 'npm run bench -- start --runs 3 --warm'],
    async run({ values, out }) {
      const portOffset = values['port-offset'] ?? '11000'
      const { ports } = readSettings({ env: {}, portOffset })
      const stateDir = mkdtempSync(join(tmpdir(), 'playground-bench-'))
      const env = { ...process.env, PLAYGROUND_DIR: stateDir, LAB_PORT_OFFSET: portOffset, LAB_RUNTIME: 'embedded' }
      try {
        const starts = await measureStarts({ runs: count('--runs', values.runs, 5), warm: values.warm, env, out })
        out.progress(`idle for ${IDLE_MS / 1_000} s, then memory`)
        await sleep(IDLE_MS)
        const memory = await measureMemory(env)
        const queryableMs = await measureQueryable({
          gatewayUrl: `http://${HOST}:${ports.gateway}`,
          lokiUrl: `http://${HOST}:${ports.loki}`,
          logDir: join(stateDir, 'logs'),
          ratePerSecond: count('--rate', values.rate, 20),
          lines: count('--lines', values.lines, 200),
          out,
        })
        const report = { node: process.version, cpus: cpus().length, aims: AIMS, starts, memory, queryableMs }
        out.json(report)
        print(report, out)
        return EXIT.ok
      } finally {
        await npmRun(env, 'down', '--volumes')
        rmSync(stateDir, { recursive: true, force: true })
      }
    },
  },
  process.argv.slice(2),
)

function count(option: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback)
  if (Number.isInteger(value) && value > 0) return value
  throw new UsageError(`${option}: expected a positive integer, got "${text}"`)
}

interface CommandEnd {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** Through npm, as a user starts it: npm itself takes a share of the time. */
async function npmRun(
  env: Record<string, string | undefined>,
  command: string,
  ...args: string[]
): Promise<CommandEnd> {
  const child = spawn('npm', ['run', '--silent', command, '--', ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, stdout, stderr }
}

interface StartsOptions {
  runs: number
  warm: boolean
  env: Record<string, string | undefined>
  out: Output
}

interface Start {
  totalMs: number
  /** As `up` saw it, without npm and bootstrap. */
  readyMs: number
  components: Record<string, number>
}

async function measureStarts({ runs, warm, env, out }: StartsOptions): Promise<Start[]> {
  const starts: Start[] = []
  for (let run = 1; run <= runs; run++) {
    if (run > 1) await npmRun(env, 'down', ...(warm ? [] : ['--volumes']))
    const startedAt = performance.now()
    const { exitCode, stdout, stderr } = await npmRun(env, 'up', '--json')
    const totalMs = performance.now() - startedAt
    if (exitCode !== 0) throw new LabError(`start ${run} failed: ${stderr.trim()}`)
    const report = parseObject(stdout)
    const components = Object.fromEntries(
      asArray(report['timings']).map((timing) => [
        asText(field(timing, 'name')),
        Math.round(Number(field(timing, 'readyMs'))),
      ]),
    )
    starts.push({ totalMs: Math.round(totalMs), readyMs: Math.round(Number(report['readyMs'])), components })
    out.progress(`start ${run}: ${Math.round(totalMs)} ms`)
  }
  return starts
}

interface ProcessMemory {
  name: string
  rssBytes: number
  pssBytes: number
}

async function measureMemory(env: Record<string, string | undefined>): Promise<ProcessMemory[]> {
  const { stdout } = await npmRun(env, 'status', '--json')
  return asArray(parseObject(stdout)['components']).map((component) => ({
    name: asText(field(component, 'name')),
    rssBytes: Number(field(component, 'rssBytes') ?? 0),
    pssBytes: Number(field(component, 'pssBytes') ?? 0),
  }))
}

interface QueryableOptions {
  gatewayUrl: string
  lokiUrl: string
  logDir: string
  ratePerSecond: number
  lines: number
  out: Output
}

/** Writes lines as a service does, each with a trace id of its own, and asks Loki until it is there. */
async function measureQueryable({ gatewayUrl, lokiUrl, logDir, ratePerSecond, lines, out }: QueryableOptions) {
  out.progress(`${lines} log lines under ${ratePerSecond} checkouts a second`)
  const stop = new AbortController()
  const load = driveLoad({ gatewayUrl, ratePerSecond, durationMs: 600_000, signal: stop.signal })
  const delays: number[] = []
  for (let i = 0; i < lines; i++) {
    const traceId = i.toString(16).padStart(8, '0').padStart(32, 'b')
    const writtenAt = performance.now()
    const line = {
      timestamp: new Date().toISOString(),
      level: 'info',
      message: 'timed line',
      trace_id: traceId,
      service: 'bench',
    }
    appendFileSync(join(logDir, 'bench.log'), `${JSON.stringify(line)}\n`)
    while ((await queryLogs(lokiUrl, `{service_name="bench"} |= "${traceId}"`, Date.now() - 60_000)).length === 0) {
      if (performance.now() - writtenAt > 30_000) throw new LabError(`line ${i} was not in Loki after 30 s`)
      await sleep(10)
    }
    delays.push(performance.now() - writtenAt)
    await sleep(20)
  }
  stop.abort()
  const { statuses, latencyMs } = await load
  return { ...percentiles(delays), checkouts: { statuses, latencyMs } }
}

interface Report {
  starts: Start[]
  memory: ProcessMemory[]
  queryableMs: { p50: number; p95: number; p99: number; max: number }
}

function print({ starts, memory, queryableMs }: Report, out: Output): void {
  const { p50: median, max } = percentiles(starts.map(({ totalMs }) => totalMs))
  out.line(
    `npm run up → proof: median ${median} ms of ${starts.length} (${starts.map(({ totalMs }) => totalMs).join(', ')}), worst ${max} ms`,
  )
  out.line(
    `  aim ${AIMS.startMs} ms, at most ${AIMS.startMostMs} ms: ${verdict(median, AIMS.startMs, AIMS.startMostMs)}`,
  )
  const rss = memory.reduce((sum, { rssBytes }) => sum + rssBytes, 0)
  const pss = memory.reduce((sum, { pssBytes }) => sum + pssBytes, 0)
  const rows = memory.map(({ name, rssBytes, pssBytes }) => [name, formatBytes(rssBytes), formatBytes(pssBytes)])
  for (const line of table([['idle', 'RSS', 'PSS'], ...rows, ['all', formatBytes(rss), formatBytes(pss)]], {
    indent: '  ',
  }))
    out.line(line)
  const mb = rss / 1024 / 1024
  out.line(
    `  aim ${AIMS.memoryMb} MB RSS, at most ${AIMS.memoryMostMb} MB: ${verdict(mb, AIMS.memoryMb, AIMS.memoryMostMb)}`,
  )
  const { p50, p99, max: slowest } = queryableMs
  out.line(
    `log call → queryable by trace id: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, max ${slowest.toFixed(0)} ms`,
  )
  out.line(`  at most ${AIMS.queryableMostMs} ms at p99: ${verdict(p99, AIMS.queryableMostMs, AIMS.queryableMostMs)}`)
}

function verdict(value: number, aim: number, most: number): string {
  if (value <= aim) return 'reached'
  return value <= most ? 'within the bound, aim missed' : 'MISSED'
}
