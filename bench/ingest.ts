// Rows a second and CPU seconds per million rows: log lines, spans and samples into the embedded stores, and into real ones by URL.
import { cpus } from 'node:os'
import { EXIT, runCommand } from '../scripts/lab/command-line/command.ts'
import { formatBytes, table } from '../scripts/lab/command-line/output.ts'
import { load, type LoadResult } from './workload/loading.ts'
import { rowCount, windowsOf } from './workload/scales.ts'
import { EmbeddedStores, realStores, SIGNALS, STORE_OPTIONS, type Signal, type Stores } from './workload/stores.ts'

interface Measured extends LoadResult {
  store: string
  signal: Signal
  residentBytes: number | undefined
}

await runCommand({
  name: 'bench',
  positionals: 'ingest',
  summary:
    'Rows a second and CPU seconds per million rows: log lines, spans and samples into the embedded stores, and into real ones by URL.',
  description:
    'One hour of checkouts ending now, in requests of 480 rows, four at a time, over the public ingest protocols. CPU is read from /proc.',
  options: {
    rows: { type: 'string', value: 'N', help: 'rows of each signal (default 200000)' },
    ...STORE_OPTIONS,
    json: { type: 'boolean', help: 'one JSON object on stdout' },
  },
  exitCodes: { 0: 'measured', 1: 'a store refused or did not start', 2: 'wrong usage' },
  examples: ['npm run bench -- ingest', 'npm run bench -- ingest --rows 1000000 --loki-url http://127.0.0.1:3101'],
  async run({ values, out }) {
    const rows = rowCount('--rows', values.rows, 200_000)
    await using embedded = await EmbeddedStores.start({ memory: values.memory ?? false })
    const real = realStores(values)
    const measured: Measured[] = []
    for (const stores of real === undefined ? [embedded] : [embedded, real]) {
      for (const signal of SIGNALS) {
        if (stores.urls[signal] === undefined) continue
        out.progress(`${rows} rows of ${signal} into ${stores.name}`)
        measured.push(await measure(stores, signal, rows))
      }
    }
    out.json({ node: process.version, cpus: cpus().length, startedInMs: embedded.startedInMs, measured })
    for (const line of table(tableOf(measured))) out.line(line)
    return EXIT.ok
  },
})

async function measure(stores: Stores, signal: Signal, rows: number): Promise<Measured> {
  const [window] = windowsOf(1)
  const result = await load(stores, signal, rows, window)
  return { store: stores.name, signal, ...result, residentBytes: stores.residentBytes() }
}

function tableOf(measured: readonly Measured[]): string[][] {
  const header = ['store', 'signal', 'rows', 'sent', 'rows/s', 'CPU s/1M rows', 'RSS after']
  return [
    header,
    ...measured.map((m) => [
      m.store,
      m.signal,
      String(m.rows),
      formatBytes(m.bytes),
      String(Math.round((m.rows / m.sendingMs) * 1_000)),
      m.cpuSeconds === undefined ? '-' : ((m.cpuSeconds / m.rows) * 1e6).toFixed(1),
      m.residentBytes === undefined ? '-' : formatBytes(m.residentBytes),
    ]),
  ]
}
