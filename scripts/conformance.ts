// Holds the embedded stores to what the real Loki, Tempo and Prometheus answered, and to the upstream test suites.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { spawnBackend } from './lab/runtime/embedded/processes/backend-process.ts'
import type { BackendUrls } from './lab/runtime/embedded/processes/backend-process.ts'
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { runToCompletion } from './lab/command-line/child-output.ts'
import { formatDuration, table } from './lab/command-line/output.ts'
import { ROOT } from './lab/settings.ts'

interface Suite {
  name: string
  script: string
  args: (urls: BackendUrls) => string[]
  /** What a server that answers every request with an empty success passes: only what is above it says anything. */
  floor?: number
  /** Settings of the backend for this suite. */
  env?: Record<string, string>
}

interface SuiteResult {
  name: string
  passed: number
  failed: number
  /** Cases that cannot be asked over HTTP; the recorded suites have none. */
  notApplicable: number
  floor: number
  durationMs: number
}

const KIT_ABSENT = 3
const RECORDED = ['loki', 'tempo', 'prometheus'] as const

const UPSTREAM: Suite[] = [
  {
    name: 'promqltest',
    script: 'upstream/run.mjs',
    args: ({ prometheus }) => ['--suite', 'promqltest', '--url', prometheus],
    floor: 236,
    // With these the real Prometheus was measured; the suite tests them.
    env: {
      PROMETHEUS_ENABLE_FEATURE:
        'promql-experimental-functions,promql-delayed-name-removal,promql-binop-fill-modifiers',
    },
  },
  {
    name: 'logqltest',
    script: 'upstream/run.mjs',
    // Labels that Loki discovers by itself unless it is configured not to; the scripts know nothing of them.
    args: ({ loki }) => ['--suite', 'logqltest', '--url', loki, '--ignore-labels', 'service_name,detected_level'],
    floor: 41,
  },
  {
    name: 'traceql',
    script: 'upstream/run.mjs',
    args: ({ tempo }) => ['--suite', 'traceql', '--url', tempo],
    floor: 284,
  },
]

await runCommand({
  name: 'conformance',
  summary:
    'Holds the embedded stores to what the real Loki, Tempo and Prometheus answered, and to the upstream test suites.',
  description:
    'The kit (recorded answers and suites) is not part of this repository, because its licences differ. It is looked for in\n' +
    '../shared/conformance. Each suite gets a backend of its own, in memory, on free ports. The floor is what a server passes\n' +
    'that answers every question with an empty success.',
  options: {
    kit: { type: 'string', value: 'PATH', help: 'where the kit is (also CONFORMANCE_DIR)' },
    only: {
      type: 'string',
      value: 'NAMES',
      help: `of ${[...RECORDED, ...UPSTREAM.map(({ name }) => name)].join(', ')}, or a group of recorded cases such as loki/json`,
    },
    'max-failures': { type: 'string', value: 'N', help: 'failures printed in full, for each suite (default 10)' },
    json: COMMON_OPTIONS.json,
  },
  exitCodes: {
    0: 'every case passed',
    1: 'at least one case failed or a suite could not be run',
    2: 'wrong usage',
    [KIT_ABSENT]: 'the kit is not there: nothing was compared',
  },
  examples: [
    'npm run conformance',
    'npm run conformance -- --only traceql',
    'npm run conformance -- --only loki/json,tempo',
  ],
  async run({ values, out }) {
    const kit = resolve(ROOT, values.kit ?? process.env['CONFORMANCE_DIR'] ?? '../shared/conformance')
    if (!existsSync(join(kit, 'run.mjs'))) {
      out.error(`no conformance kit at ${kit}: nothing was compared. Try: --kit PATH or CONFORMANCE_DIR`)
      return KIT_ABSENT
    }
    const wanted = values.only?.split(',').map((name) => name.trim()) ?? []
    const results: SuiteResult[] = []
    for (const suite of chooseSuites(wanted)) {
      if (!existsSync(join(kit, suite.script))) {
        out.error(`${suite.name}: ${suite.script} is not in the kit, skipped`)
        continue
      }
      out.progress(`== ${suite.name}`)
      results.push(await runSuite(suite, kit, values['max-failures'] ?? '10', (line) => out.progress(line)))
    }
    out.json({ kit, suites: results })
    const rows = results.map(({ name, durationMs, ...counts }) => [
      name,
      ...[counts.passed, counts.failed, counts.notApplicable, counts.floor].map(String),
      formatDuration(durationMs),
    ])
    for (const line of table([['suite', 'passed', 'failed', 'n/a', 'floor', 'took'], ...rows])) out.line(line)
    return results.length > 0 && results.every(({ failed }) => failed === 0) ? EXIT.ok : EXIT.failed
  },
})

async function runSuite(
  suite: Suite,
  kit: string,
  maxFailures: string,
  onLine: (line: string) => void,
): Promise<SuiteResult> {
  const startedAt = performance.now()
  await using backend = await spawnBackend({ env: suite.env ?? {} })
  const args = [join(kit, suite.script), ...suite.args(backend.urls), '--max-failures', maxFailures]
  const { output, exitCode } = await runToCompletion(process.execPath, args, { cwd: ROOT, onLine })
  const lines = output.trimEnd().split('\n')
  const closing = /^(\d+) passed, (\d+) failed/.exec(lines.at(-1) ?? '')
  if (closing === null) {
    throw new Error(`${suite.name} ended with exit code ${exitCode} and no result:\n${output.slice(-2_000)}`)
  }
  // The row of totals in the upstream runner's table: passed, failed, n/a.
  const totals = lines.map((line) => /^all +\d+ +\d+ +(\d+)/.exec(line)).findLast((match) => match !== null)
  return {
    name: suite.name,
    passed: Number(closing[1]),
    failed: Number(closing[2]),
    notApplicable: Number(totals?.[1] ?? 0),
    floor: suite.floor ?? 0,
    durationMs: performance.now() - startedAt,
  }
}

function chooseSuites(wanted: string[]): Suite[] {
  const upstream = UPSTREAM.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  const recorded = RECORDED.flatMap((api): Suite[] => {
    const groups = wanted.filter((name) => name === api || name.startsWith(`${api}/`) || name.startsWith(`${api}-`))
    if (wanted.length > 0 && groups.length === 0) return []
    return [
      {
        name: api,
        script: 'run.mjs',
        args: (urls) => [
          `--${api}`,
          urls[api],
          '--load',
          '--wait',
          '30',
          ...(api === 'tempo' ? ['--otlp', urls.otlpHttp] : []),
          ...(groups.length > 0 ? ['--only', groups.join(',')] : []),
        ],
      },
    ]
  })
  return [...recorded, ...upstream]
}
