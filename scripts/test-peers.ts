// Runs the suite against the real servers and agents this machine has, named by environment variables.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { runToCompletion } from './lab/command-line/child-output.ts'
import { EXIT, runCommand } from './lab/command-line/command.ts'
import type { Output } from './lab/command-line/output.ts'
import { table } from './lab/command-line/output.ts'
import { ROOT } from './lab/settings.ts'
import { TestTally } from './test-runner/test-tally.ts'
import { runTestFiles } from './test-runner/test-run.ts'

interface Peer {
  variable: string
  what: string
  /** What makes the program print its version. */
  versionArgs: string[]
  /** The embedded store beside it, asked the same. */
  twin?: string
}

const PEERS: Peer[] = [
  { variable: 'LOKI_BIN', what: 'Loki', versionArgs: ['-version'], twin: 'test/twins/loki-twin.ts' },
  { variable: 'TEMPO_BIN', what: 'Tempo', versionArgs: ['-version'], twin: 'test/twins/tempo-twin.ts' },
  { variable: 'PROMETHEUS_BIN', what: 'Prometheus', versionArgs: ['--version'], twin: 'test/twins/prometheus-twin.ts' },
  { variable: 'ALLOY_BIN', what: 'Grafana Alloy', versionArgs: ['--version'] },
  { variable: 'GRAFANA_AGENT_BIN', what: 'Grafana Agent', versionArgs: ['--version'] },
  { variable: 'OTELCOL_BIN', what: 'OpenTelemetry Collector', versionArgs: ['--version'] },
]

/** What passes on the embedded stores and has to pass on the real ones. */
const TEST_FILES = ['test/proof.test.ts', 'test/links.test.ts', 'test/agents/agents.test.ts']

await runCommand({
  name: 'test:peers',
  summary: 'Runs the suite against the real servers and agents this machine has, named by environment variables.',
  description:
    `Each of ${PEERS.map(({ variable }) => variable).join(', ')} names a binary. Stores that are named take the place of the embedded ones, with\n` +
    'the configuration that containers get (stores/); the proof, the links and the comparison of the agents run on them, and\n' +
    'then the twins: the same random data and requests to the real store and to ours. Agents that are not named are not\n' +
    'compared, which is said. GRAFANA_URL names a Grafana that runs beside the lab that is up: its links are followed through it.\n' +
    'What was run against which version is kept in docs/tested-with.md.',
  options: {
    seed: { type: 'string', value: 'N', help: 'of the twins (default 1)' },
    cases: { type: 'string', value: 'N', help: 'requests of each twin (default 200)' },
    verbose: { type: 'boolean', short: 'v', help: 'a line for every test, not only for every file' },
  },
  exitCodes: { 0: 'everything passed', 1: 'something did not', 2: 'no peer is named, or it cannot be run' },
  examples: [
    'LOKI_BIN=~/bin/loki TEMPO_BIN=~/bin/tempo npm run test:peers',
    'OTELCOL_BIN=~/bin/otelcol-contrib npm run test:peers -- --cases 0',
  ],
  async run({ values, out }) {
    const named = PEERS.filter(({ variable }) => Boolean(process.env[variable]))
    const grafana = process.env['GRAFANA_URL']
    if (named.length === 0 && grafana === undefined) return nothingNamed(out)
    const versions = named.map((peer) => ({ ...peer, version: versionOf(peer) }))
    const broken = versions.filter(({ version }) => version === undefined)
    const rows = versions.map(({ what, variable, version }) => [
      what,
      version ?? `${variable}=${process.env[variable]} cannot be run`,
    ])
    for (const line of table(rows)) out.line(line)
    if (broken.length > 0) return EXIT.usage

    process.env['PLAYGROUND_BACKEND'] = 'test/peers/real-stores.ts'
    const tally = new TestTally({ out, verbose: values.verbose, label: (file) => relative(ROOT, file) })
    // One lab at a time: nine processes and three Go servers each.
    if (named.length > 0) await runTestFiles({ root: ROOT, files: TEST_FILES, concurrency: 1, tally })
    tally.printFindings()
    const commands = [
      ...named.flatMap(({ twin }) =>
        twin === undefined || values.cases === '0'
          ? []
          : [[twin, '--seed', values.seed ?? '1', '--cases', values.cases ?? '200']],
      ),
      ...(grafana === undefined ? [] : [['scripts/links.ts', '--via-grafana', grafana]]),
    ]
    const failed: string[] = []
    for (const command of commands) {
      out.progress(command.join(' '))
      const { exitCode } = await runToCompletion(process.execPath, command, {
        cwd: ROOT,
        onLine: (line) => out.line(line),
      })
      if (exitCode !== 0) failed.push(command.join(' '))
    }
    for (const command of failed) out.line(`failed: ${command}`)
    if (named.length > 0) process.stdout.write(`${tally.closingLine()}\n`)
    return failed.length === 0 && (named.length === 0 || tally.succeeded) ? EXIT.ok : EXIT.failed
  },
})

function nothingNamed(out: Output) {
  out.line('No real server or agent is named, so nothing was run. Name what this machine has:')
  const rows = PEERS.map(({ variable, what }) => [`  ${variable}`, `the program of ${what}`])
  for (const line of table(rows)) out.line(line)
  out.line('  GRAFANA_URL        a Grafana beside the lab that is up, set up by: npm run --silent links -- --env')
  out.line(
    'Loki, Prometheus and the Collector come as Go modules, the others as releases and sources of their projects.',
  )
  return EXIT.usage
}

/** A program that was built from its source often has no version in it; then the file is told by its checksum. */
function versionOf({ variable, versionArgs }: Peer): string | undefined {
  const program = process.env[variable] ?? ''
  if (!existsSync(program)) return undefined
  const { stdout, stderr, status } = spawnSync(program, versionArgs, { encoding: 'utf8', timeout: 20_000 })
  if (status !== 0) return undefined
  const said = `${stdout}\n${stderr}`.trim().split('\n')[0] ?? ''
  if (/\d+\.\d+/.test(said)) return said
  const checksum = createHash('sha256').update(readFileSync(program)).digest('hex')
  return `built without a version, sha256 ${checksum.slice(0, 16)}`
}
