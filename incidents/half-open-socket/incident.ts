import { defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

export const incident = defineIncident({
  name: 'half-open-socket',
  title: 'The payment peer stops answering without closing its connections',
  fault: [{ kind: 'pause', component: 'payment' }],
  load: (dice) => ({
    baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(4) }],
    load: [
      {
        arrival: { kind: 'paced', perSecond: 20 },
        calls: dice.shuffle([
          ...dice.checkouts(dice.between(4, 8), { status: 504 }),
          ...dice.views(dice.between(3, 5), '/products'),
        ]),
      },
    ],
    recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: dice.checkouts(3) }],
  }),
  symptom: {
    signal: 'metrics',
    shows: 'payment cannot be scraped',
    query: () => 'sum(up{job="playground",service_name="payment"} == bool 0)',
  },
  evidence: [
    {
      signal: 'logs',
      shows: 'checkout waited its whole 5 s for payment, once for each customer',
      query: linesOfRun('{service_name="checkout", level="error"} |= "payment did not answer within"'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'logs',
      shows: 'checkout gave the stock back each time',
      query: linesOfRun('{service_name="inventory"} |= "reservation released"'),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows: 'the call to payment is a span of 5 s with nothing below it',
      query: tracesWith(
        '{ resource.service.name = "checkout" && name = "POST /payments" && duration > 4s && status = error }',
      ),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'the gateway answered 504 as often',
      query: grownSince(
        'http_server_request_duration_seconds_count{service_name="gateway",http_response_status_code="504"}',
      ),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'the scraper gets no answer from payment either, while its port is open',
      query: () => 'max(up{job="playground",service_name="payment"})',
      expect: () => exactly(0),
    },
    {
      signal: 'logs',
      shows: 'who only looks at products notices nothing',
      query: linesOfRun('{service_name="gateway"} |= `"http.route":"/products"` |= `"http.response.status_code":200`'),
      expect: ({ count }) => exactly(count(({ method }) => method === 'GET')),
      withoutFault: 'holds',
    },
  ],
  questions: [
    {
      ask: 'Whom does checkout wait for, and how long?',
      signal: 'traces',
      query: tracesWith('{ duration > 4s && kind = client }'),
      answer: () => 'for payment, 5 s: its own timeout, not an answer',
    },
    {
      ask: 'What does payment say about it?',
      signal: 'logs',
      query: linesOfRun('{service_name="payment"}'),
      answer: () => 'nothing: not one line of these requests',
    },
    {
      ask: 'Is payment slow, dead or cut off?',
      signal: 'metrics',
      query: () => 'up{job="playground"}',
      answer: () =>
        'connections are accepted and never answered, by the scraper neither: the process does not run, its kernel does',
    },
  ],
  cause:
    'The process of payment is stopped (as by SIGSTOP, a frozen VM or a debugger): its kernel goes on accepting connections and acknowledging bytes, so no caller gets an error, only silence.',
  remedy:
    'Resume or restart it. Callers need timeouts far shorter than their own callers have patience, and a check that asks the application, not the port.',
})
