import { defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'db-statement-timeout',
  title: 'A query loses its index and runs into statement_timeout',
  circumstances: [{ kind: 'switch', service: 'inventory', name: 'price-history' }],
  fault: [{ kind: 'switch', service: 'inventory', name: 'missing-index' }],
  load: (dice) => ({
    baseline: [
      {
        arrival: { kind: 'one by one' },
        calls: [...dice.checkouts(3), ...dice.views(2, '/products/mug/prices')],
      },
    ],
    load: [
      {
        arrival: { kind: 'together' },
        // Few: each of them keeps a core busy for three seconds.
        calls: [
          ...dice.views(dice.between(2, 4), '/products/mug/prices', { status: 503 }),
          ...dice.views(dice.between(2, 4), '/orders'),
        ],
      },
    ],
    recovery: [{ arrival: { kind: 'one by one' }, calls: dice.views(2, '/products/mug/prices') }],
  }),
  symptom: {
    signal: 'logs',
    shows: 'the first error of a service',
    query: linesOfRun('{service_name=~".+", level="error"}'),
  },
  evidence: [
    {
      signal: 'logs',
      shows: 'inventory says "database statement timeout" once for each visitor',
      query: linesOfRun('{service_name="inventory", level="error"} |= "database statement timeout"'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows: 'the statement was cancelled after its 3 s',
      query: tracesWith(
        '{ resource.service.name = "inventory" && name = "SELECT price_changes" && status = error && duration > 2.9s }',
      ),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'statements cancelled (SQLSTATE 57014)',
      query: grownSince('db_client_operation_duration_seconds_count{service_name="inventory",error_type="57014"}'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'orders are read as ever',
      query: linesOfRun('{service_name="gateway"} |= `"http.route":"/orders"` |= `"http.response.status_code":200`'),
      expect: ({ count }) => exactly(count(({ path }) => path === '/orders')),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'Which statement is cancelled?',
      signal: 'traces',
      query: tracesWith('{ name =~ "SELECT .*" && status = error }'),
      answer: ({ hit }) => `SELECT price_changes, ${hit} times, each after 3 s: that is statement_timeout, not chance`,
    },
    {
      ask: 'Did it wait for a connection, for a lock, or did it work?',
      signal: 'traces',
      query: tracesWith('{ name = "pg-pool.connect" && duration > 1s }'),
      answer: () => 'it had its connection at once and nobody held a lock: it worked, with a core of its own',
    },
    {
      ask: 'Since when is it slow?',
      signal: 'metrics',
      query: () => 'db_client_operation_duration_seconds_count{db_collection_name="price_changes"}',
      answer: () =>
        'since the migration: the same statement took milliseconds before (EXPLAIN shows a Seq Scan in place of an Index Scan)',
    },
  ],
  cause:
    "The index of price_changes is gone. For each of a product's changes the query looks for those of the month before, which is now a scan of the whole table: rows times rows.",
  remedy:
    'CREATE INDEX CONCURRENTLY price_changes_by_time ON price_changes (sku, changed_at). A check of the plans of important statements in CI finds it before the night does.',
})
