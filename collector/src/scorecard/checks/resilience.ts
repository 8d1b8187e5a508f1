import { delivered } from '../../matchers/delivered.ts'
import { demand, type Check, type Needs } from '../check.ts'

const anything: Needs = [['otlp-traces', 'otlp-logs', 'otlp-metrics', 'file-logs']]
const overOtlp: Needs = [['otlp-traces', 'otlp-logs', 'otlp-metrics']]
/** At least once: a fault may cost a repetition, never an item. */
const AT_LEAST_ONCE = { lost: 0, duplicated: Infinity }
/** A process that holds two hanging requests has no reason to grow by more. */
const GROWTH_BYTES = 256 * 2 ** 20

export const resilienceChecks: readonly Check[] = [
  {
    id: 'R1',
    level: 'MUST',
    title: 'an outage of some seconds (503, then nobody there) loses nothing that was acknowledged',
    needs: anything,
    scenario: 'outage',
    judge: ({ report }) => delivered(report, AT_LEAST_ONCE),
    twin: 'drops-on-unavailable',
  },
  {
    id: 'R2',
    level: 'SHOULD',
    title: 'Retry-After and RetryInfo are waited for',
    needs: anything,
    scenario: 'throttle',
    judge: ({ waitedMs, toldMs, report }) => {
      delivered(report, AT_LEAST_ONCE)
      demand(Object.keys(waitedMs).length > 0, 'no request that was told to wait came again with the same items first')
      // Clocks of two processes and a timer that fires early: 5 %.
      const early = Object.entries(waitedMs).filter(([, ms]) => ms < toldMs * 0.95)
      demand(
        early.length === 0,
        `told to wait ${toldMs} ms, came again after ${early.map(([receiver, ms]) => `${ms} ms (${receiver})`).join(', ')}`,
      )
      return Object.fromEntries(Object.entries(waitedMs).map(([receiver, ms]) => [`waited_${receiver}_ms`, ms]))
    },
    twin: 'retries-at-once',
  },
  {
    id: 'R3',
    level: 'MUST',
    title: '400 and INVALID_ARGUMENT are not tried again and hold nothing up',
    needs: overOtlp,
    scenario: 'rejection',
    judge: ({ repeated, rejectedItems, report }) => {
      demand(rejectedItems > 0, 'nothing was rejected')
      demand(repeated.length === 0, `${repeated.length} items came again after 400, first ${repeated[0]}`)
      const lost = report.tracks.reduce((sum, track) => sum + track.lost, 0)
      demand(
        lost <= rejectedItems,
        `${rejectedItems} items were rejected and ${lost} did not arrive: what came after them was lost, too`,
      )
    },
    twin: 'retries-rejected',
  },
  {
    id: 'R4',
    level: 'MUST',
    title: 'a partial success is not sent again',
    needs: overOtlp,
    scenario: 'partialSuccess',
    judge: ({ repeated, rejectedItems }) => {
      demand(rejectedItems > 0, 'nothing was rejected')
      demand(repeated.length === 0, `${repeated.length} items came again after a partial success, first ${repeated[0]}`)
    },
    twin: 'retries-partial-success',
  },
  {
    id: 'R5',
    level: 'MUST',
    title: 'hanging, slow, reset and truncated answers: bounded memory, then everything arrives',
    needs: anything,
    scenario: 'brokenAnswers',
    judge: ({ report, residentBefore, residentPeak }) => {
      delivered(report, AT_LEAST_ONCE)
      if (residentBefore === undefined || residentPeak === undefined) return undefined
      const grown = residentPeak - residentBefore
      demand(
        grown < GROWTH_BYTES,
        `resident memory grew by ${Math.round(grown / 2 ** 20)} MiB while the backend was broken`,
      )
      return { grown_mib: Math.round(grown / 2 ** 20) }
    },
    twin: 'leaks-while-hanging',
  },
  {
    id: 'R6',
    level: 'SHOULD',
    title: 'stored but not acknowledged: at most those items arrive twice, and once more',
    needs: anything,
    scenario: 'acceptThenReset',
    judge: ({ report, bound }) => {
      delivered(report, AT_LEAST_ONCE)
      const duplicated = report.tracks.reduce((sum, track) => sum + track.duplicated, 0)
      demand(
        duplicated <= bound,
        `${bound} items were in requests that were stored and cut off, and ${duplicated} extra copies arrived`,
      )
      return { duplicated, bound }
    },
    twin: 'sends-thrice-after-reset',
  },
  {
    id: 'R7',
    level: 'MUST',
    title: 'SIGKILL with a queue on disk loses nothing that was acknowledged',
    needs: [['disk-queue'], ...anything],
    scenario: 'kill',
    judge: ({ report }) => delivered(report, AT_LEAST_ONCE),
    twin: 'acknowledges-before-sending',
  },
  {
    id: 'R8',
    level: 'MUST',
    title: 'SIGTERM drains within the grace period',
    needs: overOtlp,
    scenario: 'terminate',
    judge: ({ report, ended, graceMs }) => {
      demand(ended.code !== null && ended.tookMs < graceMs, `SIGTERM: not ended within ${graceMs} ms, killed`)
      delivered(report, AT_LEAST_ONCE)
      return { took_ms: ended.tookMs }
    },
    twin: 'drops-at-exit',
  },
  {
    id: 'R9',
    level: 'MUST',
    title: 'a restart neither reads files again nor skips lines',
    needs: [['file-logs']],
    scenario: 'restart',
    judge: ({ report }) => delivered(report, { lost: 0, duplicated: 0 }),
    twin: 'forgets-positions',
  },
  {
    id: 'R10',
    level: 'SHOULD',
    title: 'a full queue does what it declares: drop oldest, newest, or block',
    needs: [['queue-policy']],
    missing: 'no adapter declares a policy yet',
  },
  {
    id: 'R11',
    level: 'MUST',
    title: 'an outage of traces leaves logs and metrics alone, and nothing healthy is replayed',
    needs: [['otlp-traces'], ['otlp-logs', 'otlp-metrics', 'file-logs']],
    scenario: 'oneSignalDown',
    judge: ({ report, others }) => {
      demand(
        others.acknowledged > 0 && others.arrived >= others.acknowledged,
        `while traces were down, ${others.arrived} of ${others.acknowledged} items of the other signals arrived`,
      )
      delivered(report, AT_LEAST_ONCE)
      delivered(report, { tracks: ['logRecords', 'dataPoints', 'logLines'], lost: 0, duplicated: 0 })
    },
    twin: 'one-queue-for-all',
  },
  {
    id: 'R12',
    level: 'SHOULD',
    title: 'a reload under load loses nothing',
    needs: [['reload'], ...anything],
    scenario: 'reload',
    judge: ({ report }) => delivered(report, AT_LEAST_ONCE),
    twin: 'swallows-in-reload',
  },
  {
    id: 'R13',
    level: 'SHOULD',
    title: 'a full or read-only disk: it stays up and says so',
    needs: [['disk-queue']],
    missing: 'a testbed cannot take the disk away yet',
  },
  {
    id: 'R14',
    level: 'MUST',
    title: 'its own books balance: received = sent + dropped + queued, and equal what was sent here',
    needs: [['books']],
    scenario: 'calm',
    judge: ({ books, ledger }) => {
      for (const { signal, received, sent, dropped, queued } of books)
        demand(
          received === sent + dropped + queued,
          `${signal}: received ${received}, sent ${sent}, dropped ${dropped}, queued ${queued}`,
        )
      const own = (signal: string): number => books.find((book) => book.signal === signal)?.received ?? 0
      const { spans, logRecords, logLines } = ledger.tracks
      demand(
        own('traces') === spans.end,
        `traces: ${spans.end} spans were acknowledged, and it counts ${own('traces')}`,
      )
      demand(
        own('logs') === logRecords.end + logLines.end,
        `logs: ${logRecords.end + logLines.end} were sent, and it counts ${own('logs')}`,
      )
    },
    twin: 'counts-wrong',
  },
]
