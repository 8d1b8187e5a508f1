import { atLeast, defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'db-failover',
  title: 'The database goes away in the middle of the load, and comes back',
  fault: [{ kind: 'stop', component: 'postgres' }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [
      {
        arrival: { kind: 'paced', perSecond: 10 },
        calls: dice.shuffle([
          ...dice.checkouts(dice.between(4, 9), { status: 503 }),
          ...dice.views(dice.between(2, 4), '/orders', { status: 503 }),
        ]),
      },
    ],
    recovery: [
      { arrival: { kind: 'paced', perSecond: 10 }, calls: [...dice.checkouts(3), ...dice.views(2, '/orders')] },
    ],
  }),
  symptom: {
    signal: 'logs',
    shows: 'a service lost a connection it had',
    query: () => '{service_name=~".+"} |= "database connection lost"',
  },
  evidence: [
    {
      signal: 'logs',
      shows: 'connections that were open are reset',
      query: () => '{service_name=~"checkout|inventory|payment"} |= "database connection lost"',
      expect: () => atLeast(1),
    },
    {
      signal: 'logs',
      shows: 'inventory cannot reach the database, once for each checkout',
      query: linesOfRun('{service_name="inventory", level="error"} |= "database unavailable"'),
      expect: ({ count }) => exactly(count(({ method }) => method === 'POST')),
    },
    {
      signal: 'logs',
      shows: 'checkout cannot either, once for each reader of orders: it is not one service, it is what they share',
      query: linesOfRun('{service_name="checkout", level="error"} |= "database unavailable" |= "DatabaseUnavailable"'),
      expect: ({ count }) => exactly(count(({ method }) => method === 'GET')),
    },
    {
      signal: 'traces',
      shows: 'every request ends where a connection is opened',
      query: tracesWith('{ name = "pg-pool.connect" && status = error }'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'the gateway has refused all of them',
      query: grownSince(
        'http_server_request_duration_seconds_count{service_name="gateway",http_response_status_code="503"}',
      ),
      expect: ({ hit }) => exactly(hit),
    },
  ],
  questions: [
    {
      ask: 'Which services failed, and what have they in common?',
      signal: 'logs',
      query: linesOfRun('{level="error"} |= "database unavailable"'),
      answer: () => 'inventory and checkout, which share nothing but the database',
    },
    {
      ask: 'Was the database slow before it was gone?',
      signal: 'traces',
      query: tracesWith('{ name = "pg-pool.connect" && status = error }'),
      answer: ({ hit }) => `no: ${hit} requests fail at once, while they open a connection (connection refused)`,
    },
    {
      ask: 'How many customers were refused?',
      signal: 'metrics',
      query: grownSince(
        'http_server_request_duration_seconds_count{service_name="gateway",http_response_status_code="503"}',
      ),
      answer: ({ hit }) => String(hit),
    },
  ],
  cause: 'Postgres was shut down while customers were being served: open connections were reset, new ones refused.',
  remedy:
    'It heals when the server is back, because broken connections leave the pools. What was refused with 503 and Retry-After may be repeated with the same idempotency key: no order is placed twice.',
})
