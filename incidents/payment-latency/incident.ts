import { atLeast, atMost, defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'
import type { Evidence, FaultStep } from '../definition.ts'

const ATTEMPTS = 4
const retries = (params: Record<string, number>): FaultStep => ({
  kind: 'switch',
  service: 'checkout',
  name: 'payment-retries',
  params,
})
const calls =
  'http_client_request_duration_seconds_count{service_name="checkout",url_template="/payments",http_request_method="POST"}'

const everybodyIsServed: Evidence = {
  signal: 'logs',
  shows: 'orders placed: slow, but all of them',
  query: linesOfRun('{service_name="checkout"} |= "order placed"'),
  expect: ({ hit }) => exactly(hit),
}

export const incident = defineIncident({
  name: 'payment-latency',
  title: 'Retries turn slowness into an outage',
  fault: [
    // Longer than any attempt may take: whatever is retried fails again.
    { kind: 'switch', service: 'payment', name: 'payment-latency', params: { delayMs: 800, lines: 2 } },
    retries({ attempts: ATTEMPTS, timeoutMs: 250 }),
  ],
  remedies: {
    patience: {
      summary: 'one attempt, with the time the network needs',
      steps: [retries({ attempts: 1, timeoutMs: 5_000 })],
      evidence: [everybodyIsServed],
    },
    backoff: {
      summary: 'each attempt begins later and gets twice the time of the one before',
      steps: [retries({ attempts: 5, timeoutMs: 250, backoffMs: 100 })],
      evidence: [everybodyIsServed],
    },
    budget: {
      summary: 'at most one retry for five orders: customers still fail, payment is not run over',
      steps: [retries({ attempts: ATTEMPTS, timeoutMs: 250, budgetPercent: 20 })],
      evidence: [
        {
          signal: 'metrics',
          shows: 'calls to payment',
          query: grownSince(calls),
          expect: ({ hit }) => atMost(Math.floor(hit * 1.2)),
        },
      ],
    },
    breaker: {
      summary: 'after three failures in a row payment is left alone for 10 s, and customers are told so at once',
      steps: [retries({ attempts: ATTEMPTS, timeoutMs: 250, breakerFailures: 3 })],
      evidence: [
        {
          signal: 'metrics',
          shows: 'calls to payment',
          query: grownSince(calls),
          expect: ({ hit }) => atMost(hit + 2),
        },
        {
          signal: 'logs',
          shows: 'the breaker opened',
          query: () => '{service_name="checkout"} |= "circuit breaker of payment opened"',
          expect: () => atLeast(1),
        },
      ],
    },
  },
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [
      {
        arrival: { kind: 'paced', perSecond: 20 },
        calls: dice.shuffle([
          ...dice.checkouts(dice.between(4, 6), { status: 504 }),
          ...dice.views(dice.between(2, 4), '/products'),
        ]),
      },
    ],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  symptom: {
    signal: 'logs',
    shows: 'checkout asks payment again',
    query: linesOfRun('{service_name="checkout"} |= "payment is asked again"'),
  },
  evidence: [
    {
      signal: 'metrics',
      shows: `calls to payment: ${ATTEMPTS} for each customer`,
      query: grownSince(calls),
      expect: ({ hit }) => exactly(ATTEMPTS * hit),
    },
    {
      signal: 'metrics',
      shows: 'calls that payment found abandoned: all of them',
      query: grownSince('playground_payments_total{outcome="abandoned"}'),
      expect: ({ hit }) => exactly(ATTEMPTS * hit),
    },
    {
      signal: 'logs',
      shows: 'retries',
      query: linesOfRun('{service_name="checkout"} |= "payment is asked again"'),
      expect: ({ hit }) => exactly((ATTEMPTS - 1) * hit),
    },
    {
      signal: 'traces',
      shows: `traces with ${ATTEMPTS} failed calls to payment`,
      query: ({ traces }) =>
        `(${traces} >> { resource.service.name = "checkout" && name = "POST /payments" && status = error }) | count() = ${ATTEMPTS}`,
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'who looks at products notices nothing',
      query: linesOfRun('{service_name="gateway"} |= `"http.route":"/products"` |= `"http.response.status_code":200`'),
      expect: ({ count }) => exactly(count(({ method }) => method === 'GET')),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'How many calls does payment get for one order?',
      signal: 'metrics',
      query: grownSince(calls),
      answer: ({ hit }) => `${ATTEMPTS * hit} for ${hit} orders`,
    },
    {
      ask: 'How long does checkout wait for each, and how long would payment have needed?',
      signal: 'traces',
      query: tracesWith('{ resource.service.name = "checkout" && name = "POST /payments" && status = error }'),
      answer: () => '250 ms; payment needs 800 ms, so no number of attempts can succeed',
    },
    {
      ask: 'What does payment do for calls nobody waits for any more?',
      signal: 'metrics',
      query: grownSince('playground_payments_total{outcome="abandoned"}'),
      answer: () => 'it gives them a turn all the same, which the next customer then waits for',
    },
  ],
  cause:
    'The card network takes 800 ms. Checkout gives an attempt 250 ms and makes four, at once one after the other: each order loads payment four times, and none can succeed.',
  remedy:
    'A timeout the peer can keep; retries with backoff and within a budget; a circuit breaker. Each is a flag to try: npm run incident -- run payment-latency --remedy patience | backoff | budget | breaker.',
})
