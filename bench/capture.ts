// Capture, check and replay of N log lines and N spans, embedded stores to embedded stores: seconds and the memory of the process that copies.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBackend } from '@playground/backend'
import { storesTarget } from '@playground/recording'
import { sampleLogs, sampleTraces } from '../recording/src/sample-lab.ts'
import { EXIT, runCommand, UsageError } from '../scripts/lab/command-line/command.ts'
import { ROOT } from '../scripts/lab/settings.ts'

const ROWS_PER_REQUEST = 1_000
const NANO = 1_000_000_000n
/** What issue 6 gives a capture and a replay. */
const HEAP_MB = 1_000

await runCommand({
  name: 'bench',
  positionals: 'capture',
  summary: 'Capture and replay of N log lines and N spans: seconds, bytes, memory.',
  description:
    'Stores with N rows of each in this process; the commands as processes of their own, whose heap is limited to 1 GB. Growth is linear\n' +
    'when seconds a row are the same for 10 000 and for 1 000 000.',
  options: {
    rows: { type: 'string', value: 'N', help: 'log lines, and as many spans (default 100000)' },
    json: { type: 'boolean', help: 'one JSON object on stdout' },
  },
  exitCodes: { 0: 'measured', 1: 'a command failed', 2: 'wrong usage' },
  examples: ['npm run bench -- capture', 'npm run --silent bench -- capture --rows 1000000 --json'],
  async run({ values, out }) {
    const rows = Number(values.rows ?? 100_000)
    if (!Number.isInteger(rows) || rows < ROWS_PER_REQUEST) {
      throw new UsageError(`--rows: expected an integer of at least ${ROWS_PER_REQUEST}, got "${values.rows}"`)
    }
    const directory = await mkdtemp(join(tmpdir(), 'bench-capture-'))
    try {
      await using backend = await startBackend({ metricsGenerator: false, dataDir: join(directory, 'first') })
      await using fresh = await startBackend({ metricsGenerator: false, dataDir: join(directory, 'second') })
      const end = BigInt(Math.floor(Date.now() / 1_000)) * NANO
      const from = end - 3_600n * NANO
      const fillMs = await timed(() => fill(backend, from, rows))
      const file = join(directory, 'bench.incident.zip')
      const stores = ['--loki', backend.lokiUrl, '--tempo', backend.tempoUrl]
      const captured = await command(['capture', file, '--from', String(from), '--to', String(end), ...stores])
      const target = ['--loki', fresh.lokiUrl, '--prometheus', fresh.prometheusUrl, '--tempo-otlp', fresh.otlpHttpUrl]
      const replayed = await command(['replay', file, '--at', 'original', ...target])
      const { size: sizeBytes } = await stat(file)
      const seconds = (ms: number) => Math.round(ms / 100) / 10
      const result = {
        node: process.version,
        cpus: cpus().length,
        rows,
        fillSeconds: seconds(fillMs),
        captureSeconds: seconds(captured.ms),
        replaySeconds: seconds(replayed.ms),
        captureMaxRssMb: captured.maxRssMb,
        replayMaxRssMb: replayed.maxRssMb,
        sizeBytes,
      }
      out.json(result)
      for (const [name, value] of Object.entries(result)) out.line(`${name.padEnd(16)} ${value}`)
      return captured.code === 0 && replayed.code === 0 ? EXIT.ok : EXIT.failed
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
})

async function timed(step: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await step()
  return performance.now() - startedAt
}

async function fill(backend: Awaited<ReturnType<typeof startBackend>>, from: bigint, rows: number): Promise<void> {
  const target = storesTarget({
    loki: backend.lokiUrl,
    tempoOtlp: backend.otlpHttpUrl,
    prometheus: backend.prometheusUrl,
  })
  const requests = Math.ceil(rows / ROWS_PER_REQUEST)
  const step = (3_600n * NANO) / BigInt(requests + 1)
  for (let n = 0; n < requests; n++) {
    const start = from + BigInt(n) * step
    // Of a thousand log records one batch holds 23 of the hard cases; of the spans each trace has two.
    await target.logs(sampleLogs(start, ROWS_PER_REQUEST - 23))
    await target.traces(sampleTraces(start, ROWS_PER_REQUEST / 2, n * ROWS_PER_REQUEST))
  }
}

/** `maxRssMb` is of the whole process, as the kernel has it at its end. */
async function command(args: string[]): Promise<{ code: number | null; ms: number; maxRssMb: number }> {
  const report = `process.on('exit', () => process.stderr.write('maxrss ' + process.resourceUsage().maxRSS + '\\n'))`
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB}`,
      '--import',
      `data:text/javascript,${encodeURIComponent(report)}`,
      join(ROOT, 'recording/src/cli/main.ts'),
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    process.stderr.write(chunk)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const maxRssMb = Math.round(Number(/maxrss (\d+)/.exec(said)?.[1] ?? Number.NaN) / 1_024)
  return { code, ms: performance.now() - startedAt, maxRssMb }
}
