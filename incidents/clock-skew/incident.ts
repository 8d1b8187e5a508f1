import { defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'clock-skew',
  title: 'The clock of one machine is behind',
  fault: [{ kind: 'switch', service: 'payment', name: 'clock-skew', params: { offsetMs: -90_000 } }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(dice.between(4, 9), { status: 201 }) }],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  symptom: {
    signal: 'traces',
    shows: 'a trace that claims to have taken more than a minute',
    query: tracesWith('{ traceDuration > 1m }'),
  },
  evidence: [
    {
      signal: 'traces',
      shows: 'traces longer than a minute, of checkouts that were answered in less than a second or two',
      query: tracesWith('{ traceDuration > 1m }'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'lines of payment dated before the run began',
      query: linesOfRun('{service_name="payment"} |= "payment captured"'),
      expect: ({ hit }) => exactly(hit),
      window: { from: -120, to: 0 },
    },
    {
      signal: 'logs',
      shows: 'lines of checkout for the same orders, dated now',
      query: linesOfRun('{service_name="checkout"} |= "order placed"'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
    {
      signal: 'metrics',
      shows: 'payments counted: the scraper dates samples by its own clock, so metrics are right',
      query: grownSince('playground_payments_total{outcome="captured"}'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'Whose spans begin before their parents?',
      signal: 'traces',
      query: tracesWith('{ traceDuration > 1m }'),
      answer: () => "payment's, and only payment's, always by the same 90 s: no network does that, a clock does",
    },
    {
      ask: 'How many traces are affected?',
      signal: 'traces',
      query: tracesWith('{ traceDuration > 1m }'),
      answer: ({ hit }) => String(hit),
    },
    {
      ask: 'Which signal can still be trusted about when?',
      signal: 'metrics',
      query: grownSince('playground_payments_total{outcome="captured"}'),
      answer: () =>
        'metrics: Prometheus stamps a sample when it scrapes it; durations within one service are right too',
    },
  ],
  cause: 'The wall clock of the machine payment runs on is 90 s behind.',
  remedy:
    'Synchronise it (chrony), and alert on node_timex_offset_seconds. Do not sort events of several machines by their own clocks: follow parent and child.',
})
