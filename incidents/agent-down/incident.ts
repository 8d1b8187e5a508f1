import { atLeast, defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'agent-down',
  title: 'A gap in the telemetry that is no outage of the shop',
  fault: [{ kind: 'kill', component: 'agent' }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    // They are served as ever; what the fault hits is what is known of them.
    load: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(dice.between(5, 9), { status: 201 }) }],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  // A batch of spans is tried for 5 s, and there can be two of them.
  holdSeconds: 12,
  healFirst: true,
  symptom: {
    signal: 'metrics',
    shows: 'no service has been scraped for five seconds',
    query: () => 'sum(absent_over_time(up{job="playground"}[5s]))',
  },
  evidence: [
    {
      signal: 'metrics',
      shows: 'seconds in which nobody scraped the gateway: samples of that time do not exist',
      query: ({ sinceStart }) =>
        `sum(sum_over_time(absent_over_time(up{job="playground",service_name="gateway"}[4s])[${sinceStart}:1s])) or vector(0)`,
      expect: () => atLeast(6),
    },
    {
      signal: 'traces',
      shows: 'spans of the services for these customers: lost, their exporters gave up',
      query: tracesWith('{ resource.service.name = "gateway" }'),
      expect: () => exactly(0),
    },
    {
      signal: 'logs',
      shows: 'orders placed meanwhile: every line is there, caught up from the files',
      query: linesOfRun('{service_name="checkout"} |= "order placed"'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
    {
      signal: 'metrics',
      shows: 'orders counted meanwhile: a counter keeps what was not scraped',
      query: grownSince('playground_orders_total'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'Did customers fail?',
      signal: 'logs',
      query: linesOfRun('{service_name="gateway"} |= "request completed"'),
      answer: ({ hit }) => `no: ${hit} checkouts, all answered 201`,
    },
    {
      ask: 'What of that time is lost, and what only came late?',
      signal: 'traces',
      query: tracesWith('{ resource.service.name = "gateway" }'),
      answer: () =>
        'spans are lost (they wait in memory, for seconds); log lines came late (they wait in files); counters are right again, but nobody knows how they got there',
    },
    {
      ask: 'How long was nobody looking?',
      signal: 'metrics',
      query: ({ sinceStart }) => `absent_over_time(up{job="playground",service_name="gateway"}[4s])[${sinceStart}:1s]`,
      answer: () => 'the seconds without a sample of up',
    },
  ],
  cause:
    'The agent was killed. All three signals of all services go through it, so they stop at the same second, which no outage of the shop would do.',
  remedy:
    'Start it again. An alert on absent(up) tells a blind monitor from a sick shop; a second agent, or a queue on disk in front of it, saves the spans.',
})
