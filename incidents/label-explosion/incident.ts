import { atLeast, defineIncident, exactly, linesOfRun, tracesWith } from '../definition.ts'

const samples = 'max(scrape_samples_scraped{job="playground",service_name="checkout"})'

export const incident = defineIncident({
  name: 'label-explosion',
  title: 'A label with ids in it',
  fault: [{ kind: 'switch', service: 'checkout', name: 'label-explosion' }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [{ arrival: { kind: 'paced', perSecond: 20 }, calls: dice.checkouts(dice.between(24, 36), { status: 201 }) }],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  symptom: {
    signal: 'metrics',
    shows: 'a metric name with more than ten series in one service',
    query: () =>
      'count(count by (__name__) ({job="playground",service_name="checkout",__name__=~"playground_.*"}) > 10)',
  },
  evidence: [
    {
      signal: 'metrics',
      shows: 'series of one metric: one for each order that was placed since',
      query: () => 'count(playground_order_amount_cents)',
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'samples that every scrape of checkout has brought more since then, second by second',
      query: ({ atStart }) => `${samples} - ${samples.replace('})', `} ${atStart})`)}`,
      expect: ({ hit }) => atLeast(hit),
    },
    {
      signal: 'logs',
      shows: 'the same orders as log lines: one each, and no more the next second',
      query: linesOfRun('{service_name="checkout"} |= "order placed"'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
    {
      signal: 'traces',
      shows: 'the same orders as traces',
      query: tracesWith('{ resource.service.name = "checkout" && name = "INSERT orders" }'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'Which metric has the most series?',
      signal: 'metrics',
      query: () => 'topk(3, count by (__name__) ({job="playground"}))',
      answer: ({ hit }) => `playground_order_amount_cents: ${hit} after as many orders, and one more with each`,
    },
    {
      ask: 'Which label makes them?',
      signal: 'metrics',
      query: () => 'count(count by (order_id) (playground_order_amount_cents))',
      answer: () => 'order_id: it has as many values as there are series',
    },
    {
      ask: 'Where is the same to be had for nothing?',
      signal: 'logs',
      query: linesOfRun('{service_name="checkout"} |= "order placed"'),
      answer: () => 'in the log line "order placed", which has order_id and amount_cents as fields, and in the trace',
    },
  ],
  cause:
    'The order id is a label. Every order is a series of its own, which is scraped, stored and kept in memory long after the order is history.',
  remedy:
    'Take the label off (metric_relabel_configs: labeldrop, at once; in the code, for good). Ids belong in log lines and spans; an exemplar leads from a metric to one of them.',
})
