import { atLeast, defineIncident, exactly, linesOfRun, tracesWith } from '../definition.ts'
import type { Call } from '../definition.ts'

/** The heap of the release has room for two receipts. */
const SERVED = 2

export const incident = defineIncident({
  name: 'memory-leak',
  title: 'A process grows until it is killed, and starts again',
  fault: [{ kind: 'switch', service: 'payment', name: 'release-0.3.0', params: { cohorts: 16 } }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [
      {
        arrival: { kind: 'one by one', waitReady: true },
        calls: Array.from({ length: dice.between(2, 3) }).flatMap((): Call[] => [
          ...dice.checkouts(SERVED),
          ...dice.checkouts(1, { status: 503 }),
        ]),
      },
    ],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
  }),
  symptom: {
    signal: 'logs',
    shows: 'a process of payment ended',
    query: () => '{service_name="payment", level="error"} |= "release ended"',
  },
  evidence: [
    {
      signal: 'logs',
      shows: 'the process of the release died and was started again',
      query: () => '{service_name="payment", level="error"} |= "release ended, it is started again"',
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'checkout lost its connection to payment, once for each death',
      query: linesOfRun('{service_name="checkout", level="error"} |= "payment is not reachable"'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows: 'calls to payment without a server span below them: it died before it could send one',
      query: tracesWith('{ resource.service.name = "checkout" && name = "POST /payments" && status = error }'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'starts of the release, as its start time tells them',
      query: ({ sinceStart }) =>
        `changes(max(process_start_time_seconds{service_name="payment",service_version="0.3.0"})[${sinceStart}:1s])`,
      expect: () => atLeast(1),
    },
  ],
  questions: [
    {
      ask: 'How often did the process die, and of what?',
      signal: 'logs',
      query: () => '{service_name="payment"} |= "release ended"',
      answer: ({ hit }) => `${hit} times, by SIGABRT: V8 gives up when its heap is full`,
    },
    {
      ask: 'What did its memory do before?',
      signal: 'metrics',
      query: () => 'process_resident_memory_bytes{service_name="payment"}',
      answer: () =>
        'it grew by 100 MB with each payment and began anew with each start; that of the version before it is flat',
    },
    {
      ask: 'Who noticed?',
      signal: 'logs',
      query: linesOfRun('{service_name="checkout", level="error"}'),
      answer: ({ hit }) => `${hit} customers, those who were being served when it died`,
    },
  ],
  cause:
    'Release 0.3.0 keeps the receipt of every payment in a list that nobody empties. When the heap is full V8 aborts the process; the platform starts another one.',
  remedy:
    'Bound what is kept (or keep nothing). An alert on the slope of memory, per version, comes before the first death; a limit keeps one process from taking the machine with it.',
})
