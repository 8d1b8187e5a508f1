import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incidentNames, loadIncident } from '../../incidents/catalogue.ts'
import { countsOf, LOAD_PHASES, makePlan, phaseTraces, requestsOf } from './plan.ts'

const all = await Promise.all(incidentNames().map((name) => loadIncident(name)))

test('there are incidents', () => {
  assert.ok(all.length > 0)
})

for (const incident of all) {
  test(`${incident.name}: one seed makes the same plan ten times`, () => {
    const plans = Array.from({ length: 10 }, () => JSON.stringify(makePlan(incident, '7', 1)))
    assert.equal(new Set(plans).size, 1)
  })

  test(`${incident.name}: another attempt sends the same under other ids`, () => {
    const withoutIds = (attempt: number) =>
      JSON.stringify(makePlan(incident, '7', attempt).waves, (key, value: unknown) =>
        ['traceId', 'spanId', 'orderId'].includes(key) ? undefined : value,
      )
    assert.equal(withoutIds(2), withoutIds(1))
    assert.notEqual(makePlan(incident, '7', 2).runId, makePlan(incident, '7', 1).runId)
  })

  test(`${incident.name}: the fault hits somebody, whatever the seed, and every id is used once`, () => {
    for (const seed of ['1', '2', '3', 'a longer seed']) {
      const plan = makePlan(incident, seed, 1)
      assert.ok(countsOf(plan).hit > 0)
      const requests = LOAD_PHASES.flatMap((phase) => requestsOf(plan, phase))
      for (const id of ['traceId', 'spanId', 'orderId'] as const)
        assert.equal(new Set(requests.map((request) => request[id])).size, requests.length)
      for (const { traceId, orderId, phase } of requests) {
        assert.match(traceId, /^[0-9a-f]{32}$/)
        assert.match(orderId, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        assert.ok(traceId.startsWith(phaseTraces(plan.runId, phase)))
        assert.ok(orderId.replace('-', '').startsWith(phaseTraces(plan.runId, phase)))
      }
    }
  })
}

test('counts differ between seeds, so that an answer has to be counted', async () => {
  const incident = await loadIncident('db-connection-timeout')
  const hits = Array.from({ length: 20 }, (_, seed) => countsOf(makePlan(incident, String(seed), 1)).hit)
  assert.ok(new Set(hits).size > 3)
})
