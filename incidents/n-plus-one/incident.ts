import { defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

/** What the page of orders shows at most. */
const LISTED = 50
const statements =
  'db_client_operation_duration_seconds_count{service_name="checkout",db_operation_name="SELECT",db_collection_name="orders"}'

export const incident = defineIncident({
  name: 'n-plus-one',
  title: 'A release turns one query into fifty-one',
  fault: [{ kind: 'switch', service: 'checkout', name: 'release-0.2.0', params: { cohorts: 16 } }],
  load: (dice) => ({
    // A whole page of orders, whatever was there before.
    baseline: [{ arrival: { kind: 'one by one' }, calls: dice.checkouts(LISTED) }],
    load: [
      { arrival: { kind: 'paced', perSecond: 5 }, calls: dice.views(dice.between(3, 7), '/orders', { status: 200 }) },
    ],
    recovery: [{ arrival: { kind: 'paced', perSecond: 5 }, calls: dice.views(2, '/orders') }],
  }),
  symptom: {
    signal: 'traces',
    shows: 'a request with more than twenty statements',
    query: ({ traces }) => `(${traces} >> { name = "SELECT orders" }) | count() > 20`,
  },
  evidence: [
    {
      signal: 'traces',
      shows: `requests with ${LISTED + 1} statements: one for the list, one for each order in it`,
      query: ({ traces }) => `(${traces} >> { name = "SELECT orders" }) | count() = ${LISTED + 1}`,
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'statements on orders since the load began',
      query: grownSince(statements),
      expect: ({ hit }) => exactly(hit * (LISTED + 1)),
    },
    {
      signal: 'traces',
      shows: 'these requests were served by release 0.2.0',
      query: tracesWith('{ resource.service.name = "checkout" && resource.service.version = "0.2.0" }'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'no error and no warning: all were answered 200',
      query: linesOfRun('{service_name="gateway"} |= `"http.route":"/orders"` |= `"http.response.status_code":200`'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'How many statements does one request make?',
      signal: 'traces',
      query: ({ traces }) => `(${traces} >> { name = "SELECT orders" }) | count() > 1`,
      answer: () => `${LISTED + 1}, one after the other: the staircase in the waterfall`,
    },
    {
      ask: 'How many statements is that for all of them?',
      signal: 'metrics',
      query: grownSince(statements),
      answer: ({ hit }) => String(hit * (LISTED + 1)),
    },
    {
      ask: 'Which release does that?',
      signal: 'traces',
      query: tracesWith('{ resource.service.version = "0.2.0" }'),
      answer: () => 'checkout 0.2.0; the version before it makes one statement',
    },
  ],
  cause: 'Release 0.2.0 of checkout lists the ids of the orders and then fetches each order by itself.',
  remedy:
    'One query with the columns that are needed (or WHERE id = ANY($1)). A test that counts statements per request finds it before a customer does.',
})
