import { atLeast, defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

const refused =
  'http_server_request_duration_seconds_count{service_name="inventory",http_route="/reservations",http_response_status_code="503"}'

export const incident = defineIncident({
  name: 'db-connection-timeout',
  title: 'Checkouts time out waiting for a database connection',
  fault: [{ kind: 'switch', service: 'inventory', name: 'db-timeout' }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [
      {
        arrival: { kind: 'paced', perSecond: 10 },
        // Orders are read through the pool of checkout, which is another one: they tell the victims from the bystanders.
        calls: dice.shuffle([
          ...dice.checkouts(dice.between(5, 12), { status: 503 }),
          ...dice.views(dice.between(3, 6), '/orders'),
        ]),
      },
    ],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  symptom: {
    signal: 'logs',
    shows: 'an error line of any service',
    query: linesOfRun('{service_name=~".+", level="error"}'),
  },
  evidence: [
    {
      signal: 'logs',
      shows: 'inventory says "database connection timeout" once for each checkout that was hit',
      query: linesOfRun('{service_name="inventory", level="error"} |= "database connection timeout"'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows: 'each of them waited for a connection of the pool in vain',
      query: tracesWith('{ resource.service.name = "inventory" && name = "pg-pool.connect" && status = error }'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'inventory refused as many reservations',
      query: grownSince(refused),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'its pool has no connection left',
      query: () =>
        'max(db_client_connection_count{service_name="inventory",db_client_connection_state="used"}) / max(db_client_connection_max{service_name="inventory"})',
      expect: () => exactly(1),
    },
    {
      signal: 'logs',
      shows: 'orders are read as ever: not all of the shop is down',
      query: linesOfRun('{service_name="gateway"} |= `"http.route":"/orders"` |= `"http.response.status_code":200`'),
      expect: ({ count }) => exactly(count(({ method }) => method === 'GET')),
      withoutFault: 'holds',
    },
    {
      signal: 'metrics',
      shows: 'the timeouts are counted',
      query: grownSince('db_client_connection_timeouts_total{service_name="inventory"}'),
      expect: ({ hit }) => atLeast(hit),
    },
  ],
  questions: [
    {
      ask: 'Which service says what is wrong, and how often?',
      signal: 'logs',
      query: linesOfRun('{level="error"}'),
      answer: ({ hit }) =>
        `inventory logs "database connection timeout" ${hit} times; the errors of checkout and gateway only pass it on`,
    },
    {
      ask: 'Where does a failed checkout spend its time?',
      signal: 'traces',
      query: tracesWith('{ status = error && name = "pg-pool.connect" }'),
      answer: () => 'in pg-pool.connect of inventory: one second of waiting, and no statement at all',
    },
    {
      ask: 'Is the database slow, or does nobody get to ask it?',
      signal: 'metrics',
      query: () => 'db_client_connection_count{service_name="inventory"}',
      answer: () =>
        'every connection of the pool is in use and stays so: those that have one wait, the others never get one',
    },
    {
      ask: 'What do the connections wait for?',
      signal: 'logs',
      query: () => '{service_name="inventory"} |= "fault injected"',
      answer: () =>
        'the lock of the stock rows, which a session called "forgotten transaction" took and never gave back (pg_stat_activity: idle in transaction)',
    },
  ],
  cause:
    'A session locked the stock rows and never committed. Stock reconciliation, which needs them, waits for the lock with every connection of the pool; from then on a request waits for a connection, in vain.',
  remedy:
    'End the idle session (pg_terminate_backend). So that it cannot come back: idle_in_transaction_session_timeout, a lock_timeout for the job, and a pool of its own for it.',
})
