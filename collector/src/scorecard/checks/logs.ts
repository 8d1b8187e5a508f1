import { delivered } from '../../matchers/delivered.ts'
import { preserved } from '../../matchers/preserved.ts'
import { runTag } from '../../workload/identity.ts'
import { demand, type Check, type Needs } from '../check.ts'

const LOGS = ['logRecords', 'logLines'] as const
const anyLogs: Needs = [['otlp-logs', 'file-logs']]

export const logChecks: readonly Check[] = [
  {
    id: 'L1',
    level: 'MUST',
    title: 'no log is lost at a steady rate',
    needs: anyLogs,
    scenario: 'calm',
    judge: ({ report }) => delivered(report, { tracks: LOGS, lost: 0, duplicated: Infinity, unexpected: Infinity }),
    twin: 'drops-every-100th-line',
  },
  {
    id: 'L2',
    level: 'MUST',
    title: 'no log arrives twice without a fault',
    needs: anyLogs,
    scenario: 'calm',
    judge: ({ report }) => delivered(report, { tracks: LOGS, lost: Infinity, duplicated: 0, unexpected: Infinity }),
    twin: 'sends-lines-twice',
  },
  {
    id: 'L3',
    level: 'SHOULD',
    title: 'the order within a stream is kept',
    needs: [['file-logs']],
    scenario: 'calm',
    judge: ({ report }) =>
      delivered(report, {
        tracks: ['logLines'],
        lost: Infinity,
        duplicated: Infinity,
        unexpected: Infinity,
        reordered: 0,
      }),
    twin: 'reverses-lines',
  },
  {
    id: 'L4',
    level: 'SHOULD',
    title: "an event's own time is kept to the nanosecond",
    needs: [['otlp-logs', 'parses-json-lines']],
    scenario: 'calm',
    judge: ({ report }) => preserved(report, ['timeUnixNano'], { tracks: LOGS }),
    twin: 'cuts-nanoseconds-of-lines',
  },
  {
    id: 'L5',
    level: 'MUST',
    title: 'bodies are byte-equal: UTF-8, bytes that are none, CRLF, ANSI, 256 KiB',
    needs: anyLogs,
    scenario: 'calm',
    judge: ({ report }) => preserved(report, ['body'], { tracks: LOGS }),
    twin: 'trims-lines',
  },
  {
    id: 'L6',
    level: 'MUST',
    title: 'rotation loses nothing: rename, copy and truncate, delete and create',
    needs: [['file-logs']],
    scenario: 'rotation',
    judge: ({ byRotation }) => {
      const failures = Object.entries(byRotation).flatMap(([how, { report }]) => {
        try {
          delivered(report, { tracks: ['logLines'], lost: 0, duplicated: 0 })
          return []
        } catch (error) {
          return [`${how}: ${error instanceof Error ? error.message : String(error)}`]
        }
      })
      demand(failures.length === 0, failures.join('\n'))
    },
    twin: 'ignores-rotation',
  },
  {
    id: 'L7',
    level: 'SHOULD',
    title: 'index labels are bounded: none is a trace id, and the service is among them',
    needs: anyLogs,
    scenario: 'calm',
    judge: ({ logLabels, ledger }) => {
      const withId = logLabels.find((labels) => labels.includes(runTag(ledger.sent.seed)))
      demand(withId === undefined, `an index label changes with every request: ${withId?.slice(0, 300)}`)
      demand(logLabels.length <= 50, `${logLabels.length} streams for 3 services and 4 levels`)
      return { streams: logLabels.length }
    },
    twin: 'labels-with-trace-id',
  },
  {
    id: 'L8',
    level: 'SHOULD',
    title: 'severity and typed attributes survive',
    needs: [['otlp-logs', 'parses-json-lines']],
    scenario: 'calm',
    judge: ({ report }) =>
      preserved(report, ['severityNumber', 'severityText', 'attributes', 'level', 'eventName', 'flags'], {
        tracks: LOGS,
      }),
    twin: 'forgets-debug-level',
  },
  {
    id: 'L9',
    level: 'SHOULD',
    title: 'partial lines of Docker and CRI are joined again',
    needs: [['container-lines']],
    missing: 'the workload writes no container log format yet',
  },
]
