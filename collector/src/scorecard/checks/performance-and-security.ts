import { delivered } from '../../matchers/delivered.ts'
import { demand, type Check } from '../check.ts'

const GROWTH_BYTES = 256 * 2 ** 20

export const performanceChecks: readonly Check[] = [
  {
    id: 'P1',
    level: 'SHOULD',
    title: 'highest rate without loss, beside a baseline',
    needs: [['otlp-traces']],
    missing: 'the step search is not written yet',
  },
  {
    id: 'P2',
    level: 'SHOULD',
    title: 'memory, CPU when idle, and time from sent to received',
    needs: [['otlp-traces', 'otlp-logs', 'otlp-metrics', 'file-logs', 'scrape']],
    scenario: 'calm',
    judge: ({ residentBytes, idleCpuMsPerSecond, readyMs, report }) => ({
      ready_ms: readyMs,
      ...(residentBytes !== undefined && { resident_mib: Math.round(residentBytes / 2 ** 20) }),
      ...(idleCpuMsPerSecond !== undefined && { idle_cpu_percent: Math.round(idleCpuMsPerSecond) / 10 }),
      ...Object.fromEntries(
        report.tracks.flatMap(({ track, latencyMs }) => [
          [`${track}_p50_ms`, latencyMs.p50],
          [`${track}_p99_ms`, latencyMs.p99],
        ]),
      ),
    }),
    twin: undefined,
  },
  {
    id: 'P3',
    level: 'SHOULD',
    title: 'catch-up after an outage, and back-pressure before memory ends',
    needs: [['otlp-traces']],
    missing: 'catch-up is not measured yet',
  },
]

export const securityChecks: readonly Check[] = [
  {
    id: 'S1',
    level: 'MUST',
    title: 'TLS: wrong CA, expired and wrong name are refused; credentials and tenant are sent',
    needs: [['tls']],
    missing: 'receivers have no TLS yet',
  },
  {
    id: 'S2',
    level: 'MUST',
    title: 'malformed and oversized input: 4xx, no crash, bounded memory, and good data after it',
    needs: [['otlp-traces']],
    scenario: 'badInput',
    judge: ({ answers, isRunning, grownBytes, report }) => {
      demand(
        isRunning,
        `it died; last input: ${answers.findLast(({ status }) => status !== undefined)?.what ?? answers[0]?.what}`,
      )
      const wrong = answers.filter(({ status }) => status === undefined || status < 400 || status >= 500)
      demand(
        wrong.length === 0,
        wrong.map(({ what, status, reason }) => `${what}: expected 4xx, got ${status ?? reason}`).join('; '),
      )
      demand(
        grownBytes === undefined || grownBytes < GROWTH_BYTES,
        `resident memory grew by ${Math.round((grownBytes ?? 0) / 2 ** 20)} MiB`,
      )
      delivered(report, { lost: 0, duplicated: 0 })
      return grownBytes === undefined ? undefined : { grown_mib: Math.round(grownBytes / 2 ** 20) }
    },
    twin: 'dies-on-bad-input',
  },
  {
    id: 'S3',
    level: 'MUST',
    title: 'secrets reach no signal, no log and no configuration page',
    needs: [['redaction']],
    missing: 'no configuration with redaction is scored yet',
  },
]
