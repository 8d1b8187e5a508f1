// Sends customers to the shop at a steady rate: with k6 where it is on PATH, otherwise with a driver of its own.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { runningLab } from './lab/current-lab.ts'
import { parseDurationOption } from './lab/command-line/duration-option.ts'
import { interruption } from './lab/command-line/interruption.ts'
import { url } from './lab/lab-description.ts'
import { driveLoad } from './load/load-driver.ts'
import type { LoadSummary } from './load/load-driver.ts'
import type { Output } from './lab/command-line/output.ts'
import { findOnPath } from './lab/machine/programs-on-path.ts'
import { ROOT } from './lab/settings.ts'

await runCommand({
  name: 'load',
  summary:
    'Sends customers to the shop at a steady rate: with k6 where it is on PATH, otherwise with a driver of its own.',
  description:
    'The rate is open-loop: customers arrive whether or not earlier ones have been served, so a slow shop shows as latency\n' +
    'and not as a lower rate. The profile is scripts/load/checkout.js. Errors are answers other than 201; they do not make\n' +
    'the command fail, since a load during a fault is what they are for.',
  options: {
    rate: { type: 'string', value: 'N', help: 'checkouts a second (default 20)' },
    duration: { type: 'string', value: 'DURATION', help: 'how long, for example 90s or 5m (default 30s)' },
    driver: { type: 'string', value: 'NAME', help: 'k6 or builtin (default: k6 where it is on PATH)' },
    ...COMMON_OPTIONS,
  },
  exitCodes: {
    0: 'the load was sent',
    1: 'it could not be sent, or nothing was answered',
    2: 'wrong usage or settings',
  },
  examples: [
    'npm run load',
    'npm run load -- --rate 50 --duration 2m',
    'npm run --silent load -- --driver builtin --json',
  ],
  async run({ values, out }) {
    const ratePerSecond = parseRate(values.rate ?? '20')
    const durationSeconds = parseDurationOption('--duration', values.duration ?? '30s', 86_400)
    const k6 = findOnPath('k6')
    const driver = values.driver ?? (k6 === undefined ? 'builtin' : 'k6')
    if (driver !== 'k6' && driver !== 'builtin')
      throw new UsageError(`--driver: expected k6 or builtin, got "${driver}"`)
    const gatewayUrl = url(await runningLab(values['port-offset']), 'gateway')
    out.progress(`${ratePerSecond} checkouts a second for ${durationSeconds} s to ${gatewayUrl} with ${driver}`)
    if (driver === 'k6') {
      if (k6 === undefined) throw new UsageError('--driver k6: there is no k6 on PATH')
      return runK6(k6, { gatewayUrl, ratePerSecond, durationSeconds, json: values.json })
    }
    using interrupted = interruption()
    const summary = await driveLoad({
      gatewayUrl,
      ratePerSecond,
      durationMs: durationSeconds * 1_000,
      signal: interrupted.signal,
      onProgress: (sent, answered) => out.transient(`${sent} sent, ${answered} answered`),
    })
    out.json({ driver, ...summary })
    printSummary(summary, out)
    return summary.answered > 0 ? EXIT.ok : EXIT.failed
  },
})

function parseRate(text: string): number {
  const rate = Number(text)
  if (rate > 0 && rate <= 5_000) return rate
  throw new UsageError(`--rate: expected a number above 0 and up to 5000, got "${text}"`)
}

interface K6Run {
  gatewayUrl: string
  ratePerSecond: number
  durationSeconds: number
  json: boolean
}

function runK6(k6: string, { gatewayUrl, ratePerSecond, durationSeconds, json }: K6Run): number {
  const settings = { GATEWAY_URL: gatewayUrl, RATE: String(ratePerSecond), DURATION: `${durationSeconds}s` }
  const { status } = spawnSync(
    k6,
    [
      'run',
      ...(json ? ['--quiet', '--summary-export=/dev/stdout'] : []),
      ...Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      join(ROOT, 'scripts/load/checkout.js'),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  return status === 0 ? EXIT.ok : EXIT.failed
}

function printSummary(
  { sent, answered, statuses, failures, latencyMs, ratePerSecond }: LoadSummary,
  out: Output,
): void {
  const { p50, p95, p99, max } = latencyMs
  out.line(`sent       ${sent} (${ratePerSecond.toFixed(1)}/s), answered ${answered}`)
  out.line(
    `status     ${
      Object.entries(statuses)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', ') || 'none'
    }`,
  )
  out.line(
    `latency    p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, max ${max.toFixed(0)} ms`,
  )
  for (const [reason, count] of Object.entries(failures)) out.line(`no answer  ${count}: ${reason}`)
}
