import { defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'db-deadlock',
  title: 'Two transactions lock stock in opposite order',
  fault: [{ kind: 'switch', service: 'inventory', name: 'lock-order' }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    // A pair at a time: two pairs of the same products would be four who wait for each other.
    load: Array.from({ length: dice.between(3, 5) }, () => ({
      arrival: { kind: 'together' as const },
      calls: [...dice.opposites({ status: 500 }), ...dice.views(1, '/products')],
    })),
    recovery: [
      { arrival: { kind: 'together' }, calls: dice.opposites({ status: 500 }) },
      { arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(2) },
    ],
  }),
  symptom: {
    signal: 'logs',
    shows: 'the first error of a service',
    query: linesOfRun('{service_name=~".+", level="error"}'),
  },
  evidence: [
    {
      signal: 'logs',
      shows: 'Postgres ended one transaction of each pair (SQLSTATE 40P01)',
      query: linesOfRun('{service_name="inventory", level="error"} |= "40P01" |= "deadlock detected"'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows: 'it was waiting for its second lock, for the second that deadlock_timeout is long',
      query: tracesWith(
        '{ resource.service.name = "inventory" && name = "SELECT stock" && status = error && duration > 900ms }',
      ),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'statements refused with 40P01',
      query: grownSince('db_client_operation_duration_seconds_count{service_name="inventory",error_type="40P01"}'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'the other one of each pair was served',
      query: linesOfRun('{service_name="inventory"} |= "stock exchanged"'),
      expect: ({ count }) => exactly(count(({ method, hit }) => method === 'POST' && !hit)),
    },
  ],
  questions: [
    {
      ask: 'What did the database say, and how often?',
      signal: 'logs',
      query: linesOfRun('{service_name="inventory", level="error"}'),
      answer: ({ hit }) => `deadlock detected (40P01), ${hit} times`,
    },
    {
      ask: 'Which statement was it, and which one before it had succeeded?',
      signal: 'traces',
      query: tracesWith('{ name = "SELECT stock" && status = error }'),
      answer: () => 'the second SELECT stock … FOR UPDATE of a transaction whose first one took its lock at once',
    },
    {
      ask: 'Who held what the victim waited for?',
      signal: 'logs',
      query: linesOfRun('{service_name="inventory"} |= "stock exchanged"'),
      answer: () =>
        'an exchange of the same two products the other way round: it was served the moment the victim was ended',
    },
  ],
  cause:
    'Exchanges lock the two shelves in the order the customer names them. Two opposite ones each hold what the other one wants, and Postgres ends one of them after deadlock_timeout.',
  remedy:
    'Lock in one order everywhere (sorted by sku). A transaction that was ended by 40P01 may be repeated as a whole.',
})
