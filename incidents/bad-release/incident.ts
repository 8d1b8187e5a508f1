import { defineIncident, exactly, grownSince, linesOfRun, tracesWith } from '../definition.ts'

/** Of 16. */
const COHORTS = 5

export const incident = defineIncident({
  name: 'bad-release',
  title: 'Errors in one release only',
  fault: [{ kind: 'switch', service: 'payment', name: 'release-0.2.0', params: { cohorts: COHORTS } }],
  load: (dice) => {
    const inCohorts = (low: number, high: number, count: number, hit?: { status: number }) =>
      dice.checkouts(count, hit).map((call) => Object.assign(call, { cohort: dice.between(low, high) }))
    return {
      baseline: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: inCohorts(0, 15, 4) }],
      load: [
        {
          arrival: { kind: 'paced', perSecond: 10 },
          calls: dice.shuffle([
            ...inCohorts(0, COHORTS - 1, dice.between(3, 6), { status: 500 }),
            ...inCohorts(COHORTS, 15, dice.between(7, 11)),
          ]),
        },
      ],
      recovery: [{ arrival: { kind: 'paced', perSecond: 10 }, calls: inCohorts(0, COHORTS - 1, 3) }],
    }
  },
  symptom: {
    signal: 'logs',
    shows: 'the first error of a service',
    query: linesOfRun('{service_name=~".+", level="error"}'),
  },
  evidence: [
    {
      signal: 'traces',
      shows: 'failed requests of payment 0.2.0',
      query: tracesWith(
        '{ resource.service.name = "payment" && resource.service.version = "0.2.0" && kind = server && status = error }',
      ),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'traces',
      shows: 'failed requests of any other version of payment',
      query: tracesWith(
        '{ resource.service.name = "payment" && resource.service.version != "0.2.0" && kind = server && status = error }',
      ),
      expect: () => exactly(0),
      withoutFault: 'holds',
    },
    {
      signal: 'metrics',
      shows: 'answers 500 of the release',
      query: grownSince(
        'http_server_request_duration_seconds_count{service_name="payment",http_response_status_code="500",service_version="0.2.0"}',
      ),
      expect: ({ hit }) => exactly(hit),
    },
    {
      signal: 'metrics',
      shows: 'answers 201 of the version before it',
      query: grownSince(
        'http_server_request_duration_seconds_count{service_name="payment",http_route="/payments",http_response_status_code="201",service_version=""}',
      ),
      expect: ({ load, hit }) => exactly(load - hit),
    },
    {
      signal: 'logs',
      shows: 'the reason: a column that is not there (SQLSTATE 42703), said by the release alone',
      query: linesOfRun('{service_name="payment", level="error"} |= "42703" |= `"service_version":"0.2.0"`'),
      expect: ({ hit }) => exactly(hit),
    },
  ],
  questions: [
    {
      ask: 'Which versions of payment answer, and with what?',
      signal: 'metrics',
      query: () =>
        'sum by (service_version, http_response_status_code) (http_server_request_duration_seconds_count{service_name="payment",http_route="/payments"})',
      answer: () => '0.2.0 answers 500 and nothing else, the one before it 201',
    },
    {
      ask: 'How many checkouts failed, and on which release?',
      signal: 'traces',
      query: tracesWith('{ resource.service.version = "0.2.0" && status = error }'),
      answer: ({ hit }) => `${hit}, all on payment 0.2.0`,
    },
    {
      ask: 'What does the release say?',
      signal: 'logs',
      query: linesOfRun('{service_name="payment", level="error"}'),
      answer: () => 'column "fee_cents" of relation "payments" does not exist: it was deployed before its migration',
    },
  ],
  cause:
    'Payment 0.2.0 writes to a column that its migration has not created yet. It gets the orders of some cohorts; theirs fail, all others do not.',
  remedy:
    'Roll back, then migrate first and deploy second. Dashboards that split errors by service.version show a bad release in its first minute.',
})
