// Runs the tests that need Docker.
// Its part: the images, which are made from what package registries carry where the pinned ones are not there.
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { relative } from 'node:path'
import Docker from 'dockerode'
import { lokiProgram } from '../test/docker/images/loki.ts'
import { makeImages } from '../test/docker/images/make-images.ts'
import { pinsWithoutDigest } from '../test/docker/images/pins.ts'
import { prometheusProgram } from '../test/docker/images/prometheus.ts'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import type { Output } from './lab/command-line/output.ts'
import { formatDuration } from './lab/command-line/output.ts'
import { reachEngine } from './lab/runtime/docker/engine-address.ts'
import { ROOT } from './lab/settings.ts'
import { TestTally } from './test-runner/test-tally.ts'
import { runTestFiles } from './test-runner/test-run.ts'

/** Outside of containers the twins run them, on ports and with settings of their own. */
const PROGRAMS = [
  ['LOKI_BIN', 'LOKI_IMAGE', lokiProgram],
  ['PROMETHEUS_BIN', 'PROMETHEUS_IMAGE', prometheusProgram],
] as const

/** A file has a lab or two: three minutes on a calm machine of 2 cores, and every wait in it has a deadline of its own. */
const FILE_TIMEOUT_MS = 20 * 60_000

await runCommand({
  name: 'test:docker',
  positionals: '[PART_OF_A_PATH …]',
  maxPositionals: Infinity,
  summary: 'Runs the tests that need Docker.',
  description:
    'Images are taken as they are on this machine under the names of .env; those that are missing are made: from Go modules,\n' +
    'Debian packages and npm packages, kept for the next run (from nothing about half an hour on 2 cores). A program that is\n' +
    'built already is taken from LOKI_BIN, PROMETHEUS_BIN, OTELCOL_BIN, K6_BIN, NODE_EXPORTER_BIN or TEMPO_BIN; without the last\n' +
    'one the embedded Tempo answers as tempo. Without an engine every test is skipped, and that is said.',
  options: {
    name: { type: 'string', value: 'REGEX', help: 'only tests whose name matches' },
    'images-only': { type: 'boolean', help: 'make the images and run no test' },
    verbose: { type: 'boolean', short: 'v', help: 'a line for every test, not only for every file' },
    json: { ...COMMON_OPTIONS.json, help: 'one JSON object with counts and failures before the last line' },
  },
  exitCodes: {
    0: 'at least one test ran and none failed',
    1: 'a test failed, an image cannot be made, or no test ran',
    2: 'wrong usage',
  },
  examples: ['npm run test:docker', 'npm run test:docker -- --images-only', 'npm run test:docker -- twins -v'],
  async run({ values, positionals, out }) {
    const files = globSync('test/docker/**/*.test.ts', { cwd: ROOT })
      .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
      .toSorted()
    if (files.length === 0) throw new UsageError(`no test file has ${positionals.join(' or ')} in its path`)

    Object.assign(process.env, await prepareEnvironment(out))
    if (values['images-only']) return EXIT.ok
    const tally = new TestTally({ out, verbose: values.verbose, label: (file) => relative(ROOT, file) })
    // One after the other: each has a whole lab of its own, and what they measure are deadlines.
    await runTestFiles({
      root: ROOT,
      files,
      concurrency: 1,
      namePattern: values.name,
      fileTimeoutMs: FILE_TIMEOUT_MS,
      tally,
    })
    tally.printFindings()
    if (values.json) out.json(tally.summary())
    process.stdout.write(`${tally.closingLine()}\n`)
    return tally.succeeded ? EXIT.ok : EXIT.failed
  },
})

/** What the tests read: names of images, or why there is nothing to run them on. */
async function prepareEnvironment(out: Output): Promise<Record<string, string>> {
  const engine = await reachEngine()
  if (engine.kind !== 'answers') {
    out.line(`No test that needs Docker can run: ${engine.reason}`)
    return { DOCKER_TESTS_SKIPPED: engine.reason }
  }
  const startedAt = performance.now()
  const docker = new Docker(engine.address)
  const { environment, origins } = await makeImages({
    docker,
    pins: pinsWithoutDigest(),
    progress: (line) => out.progress(`${formatDuration(performance.now() - startedAt).padStart(12)}  ${line}`),
  })
  for (const [pin, origin] of Object.entries(origins)) out.line(`${origin.padEnd(9)} ${environment[pin]}`)
  out.line(`images after ${formatDuration(performance.now() - startedAt)}`)
  const programs: Record<string, string> = {}
  for (const [variable, pin, program] of PROGRAMS)
    if (origins[pin] === 'stand-in') programs[variable] = await program.provide((line) => out.progress(line))
  return {
    ...environment,
    ...programs,
    // Its own helper container would have to be pulled.
    TESTCONTAINERS_RYUK_DISABLED: 'true',
    // BuildKit looks a base image up in its registry although it is here, and without its plugin Compose cannot use it at all.
    DOCKER_BUILDKIT: hasBuildx() ? (process.env['DOCKER_BUILDKIT'] ?? '1') : '0',
  }
}

function hasBuildx(): boolean {
  try {
    execFileSync('docker', ['buildx', 'version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
