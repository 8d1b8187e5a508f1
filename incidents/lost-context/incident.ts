import { defineIncident, exactly, grownSince, linesOfOrders, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'lost-context',
  title: 'One hop drops traceparent, and traces fall apart',
  fault: [{ kind: 'switch', service: 'payment', name: 'lost-context' }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    // Customers are served; what is hit is the trace of each.
    load: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(dice.between(5, 11), { status: 201 }) }],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  symptom: {
    signal: 'traces',
    shows: 'a trace that begins in payment',
    query: () => '{ trace:rootService = "payment" }',
  },
  evidence: [
    {
      signal: 'traces',
      shows: 'traces that begin in payment, which nobody calls from outside',
      query: () => '{ trace:rootService = "payment" && name = "POST /payments" }',
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows: 'traces of these customers that end with the call to payment',
      query: tracesWith('{ resource.service.name = "payment" }'),
      expect: () => exactly(0),
    },
    {
      signal: 'logs',
      shows: 'lines of payment with the trace ids of these customers',
      query: linesOfRun('{service_name="payment"} |= "payment captured"'),
      expect: () => exactly(0),
    },
    {
      signal: 'logs',
      shows: 'lines of payment with their order numbers: the way to find the other half of a trace',
      query: linesOfOrders('{service_name="payment"} |= "payment captured"'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
    {
      signal: 'metrics',
      shows: 'payments captured: the shop itself is well',
      query: grownSince('playground_payments_total{outcome="captured"}'),
      expect: ({ hit }) => exactly(hit),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'Between which two services does a trace break?',
      signal: 'traces',
      query: tracesWith('{ resource.service.name = "checkout" && name = "POST /payments" }'),
      answer: () =>
        'between checkout, whose client span POST /payments has no child, and payment, whose server span has no parent',
    },
    {
      ask: 'How many traces are headless?',
      signal: 'traces',
      query: () => '{ trace:rootService = "payment" }',
      answer: ({ hit }) => String(hit),
    },
    {
      ask: 'How is the payment of one order found all the same?',
      signal: 'logs',
      query: linesOfOrders('{service_name=~"checkout|payment"}'),
      answer: () => 'by order_id, which both services log: it leads from one trace id to the other',
    },
  ],
  cause:
    'The hop in front of payment passes on only headers it knows; traceparent is not one of them, so payment begins a new trace for each request.',
  remedy: 'Let the proxy pass traceparent and tracestate. Until then: join by order_id.',
})
