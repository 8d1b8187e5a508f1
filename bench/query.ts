// Latency of the console's queries at growing amounts of data, in the embedded stores and beside them in real ones by URL.
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, runCommand, UsageError } from '../scripts/lab/command-line/command.ts'
import { LabError } from '../scripts/lab/lab-error.ts'
import { formatBytes, table } from '../scripts/lab/command-line/output.ts'
import { consoleQueries, type ConsoleQuery } from './workload/console-queries.ts'
import { load } from './workload/loading.ts'
import { RealServers } from './workload/real-servers.ts'
import { HOUR_MS, rowCount, windowsOf } from './workload/scales.ts'
import { samplesOfSeries } from './workload/shop-traffic.ts'
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
    'The stores are asked in turns, so that what else the machine does burdens all alike. growth = median at the largest scale /\n' +
    'median at the smallest; ours / real = ratio of medians at the largest. Real servers are given by URL, or as binaries in\n' +
    'LOKI_BIN, TEMPO_BIN and PROMETHEUS_BIN.',
  options: {
    scales: { type: 'string', value: 'N,N', help: 'rows of each signal (default 10000,100000,1000000)' },
    runs: { type: 'string', value: 'N', help: 'times each query is asked (default 11)' },
    series: {
      type: 'string',
      value: 'N',
      help: 'series of metrics; by default as many as make as many samples as lines',
    },
    hours: { type: 'string', value: 'N', help: 'how long the metrics are; logs and traces are an hour (default 1)' },
    ...STORE_OPTIONS,
    json: { type: 'boolean', help: 'one JSON object on stdout' },
  },
  exitCodes: { 0: 'measured', 1: 'a store refused, or a query did not find what it has to', 2: 'wrong usage' },
  examples: [
    'npm run bench -- query',
    'npm run bench -- query --scales 10000,100000 --prometheus-url http://127.0.0.1:9091',
    'LOKI_BIN=loki PROMETHEUS_BIN=prometheus npm run bench -- query --scales 1000000 --series 10000 --hours 6 --runs 5',
  ],
  async run({ values, out }) {
    const scales = (values.scales ?? '10000,100000,1000000').split(',').map((text) => rowCount('--scales', text, 0))
    if (scales.some((scale, index) => scale <= (scales[index - 1] ?? 0)))
      throw new UsageError('--scales: expected growing numbers')
    const runs = rowCount('--runs', values.runs, 11)
    const windows = windowsOf(scales.length)
    const series = values.series === undefined ? undefined : rowCount('--series', values.series, 0)
    const hours = rowCount('--hours', values.hours, 1)
    await using started = await RealServers.start(process.env)
    const real = realStores(started.urlsOr(values))
    const measured: Measured[] = []
    const resident: Record<number, number | undefined> = {}
    for (const [index, rows] of scales.entries()) {
      const window = windows[index] ?? windows[0]
      const metricsWindow = { ...window, startMs: window.endMs - hours * HOUR_MS }
      const samples = series === undefined ? rows : samplesOfSeries(series, metricsWindow)
      await using embedded = await EmbeddedStores.start({ memory: values.memory ?? false })
      const all = real === undefined ? [embedded] : [embedded, real]
      for (const stores of all) {
        out.progress(`${rows} lines and spans, ${samples} samples into ${stores.name}`)
        for (const signal of SIGNALS) {
          if (stores.urls[signal] === undefined) continue
          await (signal === 'metrics'
            ? load(stores, signal, samples, metricsWindow)
            : load(stores, signal, rows, window))
        }
      }
      for (const query of consoleQueries(rows, window, metricsWindow)) {
        const asked = all.filter((stores) => stores.urls[query.signal] !== undefined)
        measured.push(...(await measureInTurns(asked, query, { rows, runs })))
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

async function measureInTurns(
  all: readonly Stores[],
  query: ConsoleQuery,
  { rows, runs }: { rows: number; runs: number },
): Promise<Measured[]> {
  const { name, signal } = query
  const sides = all.map((stores) => ({ stores, base: stores.urls[signal] ?? '', firstMs: 0, times: [] as number[] }))
  for (const side of sides) side.firstMs = await firstAnswer(side.base, query)
  for (let run = 0; run < runs; run++) for (const { base, times } of sides) times.push((await ask(base, query)).ms)
  return sides.map(({ stores, firstMs, times }) => {
    times.sort((a, b) => a - b)
    const [minMs = 0, p50Ms = 0, maxMs = 0] = [times[0], times[Math.floor(times.length / 2)], times.at(-1)]
    return { store: stores.name, rows, query: name, signal, firstMs, minMs, p50Ms, maxMs }
  })
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
  const points = scales.map((rows) => `${rows}: min / p50 / max ms`)
  const header = ['signal', 'query', 'store', ...points, 'growth', 'ours / real']
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
      const other = measured.findLast((m) => m.store !== store && m.query === query && m.signal === signal)?.p50Ms
      return [
        signal,
        query,
        store,
        ...cells.map((m) =>
          m === undefined ? '-' : `${m.minMs.toFixed(1)} / ${m.p50Ms.toFixed(1)} / ${m.maxMs.toFixed(1)}`,
        ),
        `${(last / first).toFixed(1)}x`,
        store === 'embedded' && other !== undefined ? (last / other).toFixed(2) : '',
      ]
    }),
  ]
}
