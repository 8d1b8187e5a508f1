import { atLeast, defineIncident, exactly, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'event-loop-block',
  title: 'One route computes, and all others wait',
  fault: [{ kind: 'switch', service: 'inventory', name: 'event-loop-block', params: { blockMs: 3_500 } }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [
      {
        arrival: { kind: 'behind the first', service: 'inventory' },
        calls: [
          ...dice.views(1, '/products/mug'),
          ...dice.shuffle([
            ...dice.checkouts(dice.between(4, 8), { status: 201 }),
            ...dice.views(dice.between(2, 4), '/orders'),
          ]),
        ],
      },
    ],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  symptom: {
    signal: 'metrics',
    shows: 'inventory could not be scraped',
    query: () => 'sum(up{job="playground",service_name="inventory"} == bool 0)',
  },
  evidence: [
    {
      signal: 'traces',
      shows: 'checkouts that waited more than 1 s for inventory',
      query: tracesWith('{ resource.service.name = "checkout" && name = "POST /reservations" && duration > 1s }'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows:
        'of these, with a server span in inventory that is as long: none, they were not being served, they were waiting to be',
      query: tracesWith('{ resource.service.name = "inventory" && name = "POST /reservations" && duration > 1s }'),
      expect: () => exactly(0),
      withoutFault: 'holds',
    },
    {
      signal: 'metrics',
      shows: 'seconds in which inventory did not even answer a scrape',
      query: ({ sinceStart }) =>
        `sum(sum_over_time((up{job="playground",service_name="inventory"} == bool 0)[${sinceStart}:1s]))`,
      expect: () => atLeast(2),
    },
    {
      signal: 'logs',
      shows: 'checkouts that took the gateway more than 1 s',
      query: linesOfRun('{service_name="gateway"} |= `"http.route":"/checkout"` | json | duration_ms > 1000'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'who reads orders does not wait: they do not pass inventory',
      query: linesOfRun('{service_name="gateway"} |= `"http.route":"/orders"` | json | duration_ms < 1000'),
      expect: ({ count }) => exactly(count(({ path }) => path === '/orders')),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'For whom do slow checkouts wait?',
      signal: 'traces',
      query: tracesWith('{ kind = client && duration > 1s }'),
      answer: ({ hit }) => `${hit} of them for inventory: the client span is long, the server span below it is short`,
    },
    {
      ask: 'Is inventory overloaded?',
      signal: 'metrics',
      query: () => 'up{job="playground"}',
      answer: () =>
        'its process runs and answers nobody, the scraper neither: something computes without a pause (nodejs_eventloop_lag_max_seconds tells of shorter ones)',
    },
    {
      ask: 'Which request was being served meanwhile?',
      signal: 'traces',
      query: tracesWith('{ resource.service.name = "inventory" && kind = server && duration > 1s }'),
      answer: () => 'one GET /products/:sku: its server span is as long as the others waited',
    },
  ],
  cause:
    'GET /products/:sku computes for seconds without giving the event loop back; everything else that inventory has to do waits, its metrics and its health too.',
  remedy:
    'Compute in a worker thread, or beforehand. An alert on nodejs_eventloop_lag_max_seconds names the process at once.',
})
