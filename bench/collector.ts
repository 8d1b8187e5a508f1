// Items a second through workload, wire and ledger of the collector tests, against a pipe that does nothing, and how soon backends are ready.
import { cpus } from 'node:os'
import { startBackend } from '@playground/backend'
import { Ledger } from '../collector/src/ledger/ledger.ts'
import { reportOf } from '../collector/src/ledger/delivery-report.ts'
import { settle } from '../collector/src/ledger/settle.ts'
import { Receiver } from '../collector/src/backends/receiver.ts'
import { TcpProxy } from '../collector/src/faults/tcp-proxy.ts'
import { LogFiles } from '../collector/src/senders/log-files.ts'
import { OtlpHttpClient } from '../collector/src/senders/otlp-http-client.ts'
import { ScrapeTarget } from '../collector/src/senders/scrape-target.ts'
import { sendWorkload } from '../collector/src/senders/send-workload.ts'
import { workload } from '../collector/src/workload/workload.ts'
import { EXIT, runCommand, UsageError } from '../scripts/lab/command-line/command.ts'

await runCommand({
  name: 'bench',
  positionals: 'collector',
  summary: 'Items a second through workload, wire and ledger of the collector tests, against a pipe that does nothing.',
  description:
    'Spans and log records over OTLP/HTTP through a TCP proxy into a receiver, in this one process: building, encoding, sending, decoding,\n' +
    'building again and comparing every field. The wall clock is that of this machine as busy as it is; CPU is of this process.',
  options: {
    items: { type: 'string', value: 'N', help: 'spans and log records (default 140000)' },
    json: { type: 'boolean', help: 'one JSON object on stdout' },
  },
  exitCodes: { 0: 'measured', 1: 'an item was not accounted for', 2: 'wrong usage' },
  examples: ['npm run bench -- collector', 'npm run --silent bench -- collector --items 700000 --json'],
  async run({ values, out }) {
    const items = Number(values.items ?? 140_000)
    if (!Number.isInteger(items) || items < 7)
      throw new UsageError(`--items: expected an integer of at least 7, got "${values.items}"`)
    const throughput = await measureThroughput(Math.floor(items / 7))
    const backendReadyMs = await measureBackend()
    out.json({ node: process.version, cpus: cpus().length, ...throughput, backendReadyMs })
    out.line(
      `${throughput.items} items: ${throughput.itemsPerSecond} items/s, ${throughput.itemsPerCpuSecond} items per CPU second (of 2 threads at most)`,
    )
    out.line(`embedded backend ready: ${backendReadyMs.join(', ')} ms (the first loads the modules)`)
    return throughput.unaccounted === 0 ? EXIT.ok : EXIT.failed
  },
})

async function measureThroughput(traces: number) {
  const ledger = new Ledger(workload({ seed: 1, traces, spansPerTrace: 5, logsPerTrace: 2 }))
  await using receiver = await Receiver.start({ name: 'all', onRequest: (request) => ledger.take(request) })
  await using pipe = await TcpProxy.start({ host: '127.0.0.1', port: receiver.httpPort })
  await using target = await ScrapeTarget.start('127.0.0.1')
  await using files = new LogFiles('')
  using otlp = new OtlpHttpClient(`http://127.0.0.1:${pipe.port}`)
  const cpuBefore = process.cpuUsage()
  const startedAtMs = performance.now()
  await sendWorkload(ledger, { otlp, files, target }, { perRequest: 50 })
  const tookMs = performance.now() - startedAtMs
  const { user, system } = process.cpuUsage(cpuBefore)
  await settle(ledger, { quietMs: 100 })
  const { tracks } = reportOf(ledger)
  const items = tracks.reduce((sum, track) => sum + track.generated, 0)
  const good = tracks.reduce((sum, track) => sum + track.received - track.corrupted, 0)
  return {
    items,
    itemsPerSecond: Math.round((items / tookMs) * 1000),
    itemsPerCpuSecond: Math.round((items / (user + system)) * 1e6),
    unaccounted: items - good,
  }
}

async function measureBackend(): Promise<number[]> {
  const readyMs: number[] = []
  for (let run = 0; run < 4; run++) {
    const startedAtMs = performance.now()
    await using _ = await startBackend({ metricsGenerator: false })
    readyMs.push(Math.round(performance.now() - startedAtMs))
  }
  return readyMs
}
