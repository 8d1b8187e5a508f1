// Latency of the console's queries at growing amounts of data, in the embedded stores and beside them in real ones by URL.
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, runCommand, UsageError } from '../scripts/lab/command-line/command.ts'
import { LabError } from '../scripts/lab/lab-error.ts'
import { formatBytes, table } from '../scripts/lab/command-line/output.ts'
import { consoleQueries, type ConsoleQuery } from './workload/console-queries.ts'
import { load } from './workload/loading.ts'
import { rowCount, windowsOf } from './workload/scales.ts'
import type { Window } from './workload/shop-traffic.ts'
import { EmbeddedStores, realStores, SIGNALS, STORE_OPTIONS, type Stores } from './workload/stores.ts'

const FIRST_ANSWER_MS = 120_000

interface Measured {
  store: string
  rows: number
  query: string
  signal: string
  firstMs: number
  minMs: number
  p50Ms: number
  maxMs: number
}

await runCommand({
  name: 'bench',
  positionals: 'query',
  summary:
    "Latency of the console's queries at growing amounts of data, in the embedded stores and beside them in real ones by URL.",
  description:
    'Each scale is one hour with that many log lines, spans and samples. A query counts only when its answer contains what it has to.\n' +
    'growth = median at the largest scale / median at the smallest.',
  options: {
    scales: { type: 'string', value: 'N,N', help: 'rows of each signal (default 10000,100000,1000000)' },
    runs: { type: 'string', value: 'N', help: 'times each query is asked (default 11)' },
    ...STORE_OPTIONS,
    json: { type: 'boolean', help: 'one JSON object on stdout' },
  },
  exitCodes: { 0: 'measured', 1: 'a store refused, or a query did not find what it has to', 2: 'wrong usage' },
  examples: [
    'npm run bench -- query',
    'npm run bench -- query --scales 10000,100000 --prometheus-url http://127.0.0.1:9091',
  ],
  async run({ values, out }) {
    const scales = (values.scales ?? '10000,100000,1000000').split(',').map((text) => rowCount('--scales', text, 0))
    if (scales.some((scale, index) => scale <= (scales[index - 1] ?? 0)))
      throw new UsageError('--scales: expected growing numbers')
    const runs = rowCount('--runs', values.runs, 11)
    const windows = windowsOf(scales.length)
    const real = realStores(values)
    const measured: Measured[] = []
    const resident: Record<number, number | undefined> = {}
    for (const [index, rows] of scales.entries()) {
      const window = windows[index] ?? windows[0]
      await using embedded = await EmbeddedStores.start({ memory: values.memory ?? false })
      for (const stores of real === undefined ? [embedded] : [embedded, real]) {
        out.progress(`${rows} rows of each signal into ${stores.name}`)
        for (const signal of SIGNALS) if (stores.urls[signal] !== undefined) await load(stores, signal, rows, window)
        measured.push(...(await measureAll(stores, rows, window, runs)))
      }
      resident[rows] = embedded.residentBytes()
    }
    out.json({ node: process.version, cpus: cpus().length, residentBytes: resident, measured })
    for (const line of table(tableOf(measured, scales))) out.line(line)
    const memory = Object.entries(resident).map(
      ([rows, bytes]) => `${rows}: ${bytes === undefined ? '-' : formatBytes(bytes)}`,
    )
    out.line(`resident memory of the embedded backend after the queries, by scale: ${memory.join(', ')}`)
    return EXIT.ok
  },
})

async function measureAll(stores: Stores, rows: number, window: Window, runs: number): Promise<Measured[]> {
  const results: Measured[] = []
  for (const query of consoleQueries(rows, window)) {
    const base = stores.urls[query.signal]
    if (base === undefined) continue
    const firstMs = await firstAnswer(base, query)
    const times: number[] = []
    for (let run = 0; run < runs; run++) times.push((await ask(base, query)).ms)
    times.sort((a, b) => a - b)
    results.push({
      store: stores.name,
      rows,
      query: query.name,
      signal: query.signal,
      firstMs,
      minMs: times[0] ?? 0,
      p50Ms: times[Math.floor(times.length / 2)] ?? 0,
      maxMs: times.at(-1) ?? 0,
    })
  }
  return results
}

/** Real stores show data late (Tempo: seconds), so the first answer is waited for. */
async function firstAnswer(base: string, query: ConsoleQuery): Promise<number> {
  const deadline = performance.now() + FIRST_ANSWER_MS
  for (;;) {
    const { ms, status, text } = await ask(base, query)
    if (status === 200 && text.includes(query.expects)) return ms
    if (status !== 200 && status !== 404)
      throw new LabError(`${query.name}: ${base}${query.path} answered ${status}: ${text.slice(0, 300)}`)
    if (performance.now() > deadline) {
      throw new LabError(
        `${query.name}: no answer with "${query.expects}" within ${FIRST_ANSWER_MS / 1_000} s; the last was ${text.slice(0, 300)}`,
      )
    }
    await sleep(500)
  }
}

async function ask(base: string, query: ConsoleQuery): Promise<{ ms: number; status: number; text: string }> {
  const url = new URL(base + query.path)
  for (const [name, value] of Object.entries(query.parameters)) url.searchParams.set(name, value)
  const startedAt = performance.now()
  const response = await fetch(url)
  const text = await response.text()
  return { ms: performance.now() - startedAt, status: response.status, text }
}

function tableOf(measured: readonly Measured[], scales: readonly number[]): string[][] {
  const header = ['signal', 'query', 'store', ...scales.map((rows) => `${rows}: min / p50 / max ms`), 'growth']
  const keys = [...new Set(measured.map((m) => `${m.signal}\t${m.query}\t${m.store}`))]
  return [
    header,
    ...keys.map((key) => {
      const [signal = '', query = '', store = ''] = key.split('\t')
      const cells = scales.map((rows) =>
        measured.find((m) => m.rows === rows && m.signal === signal && m.query === query && m.store === store),
      )
      const first = cells[0]?.p50Ms ?? NaN
      const last = cells.at(-1)?.p50Ms ?? NaN
      return [
        signal,
        query,
        store,
        ...cells.map((m) =>
          m === undefined ? '-' : `${m.minMs.toFixed(1)} / ${m.p50Ms.toFixed(1)} / ${m.maxMs.toFixed(1)}`,
        ),
        `${(last / first).toFixed(1)}x`,
      ]
    }),
  ]
}
