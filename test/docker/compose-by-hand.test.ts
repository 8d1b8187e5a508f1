// The lab without npm, once with each agent of which there is an image everywhere; and what the two deliver, compared.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import Docker from 'dockerode'
import { PORTS } from '../../scripts/lab/ports.ts'
import { awaitDelivery } from '../agents/await-delivery.ts'
import { compareDeliveries } from '../agents/compare-deliveries.ts'
import type { Delivery } from '../agents/delivery.ts'
import { readDelivery } from '../agents/delivery.ts'
import { driveScenario } from '../agents/scenario.ts'
import { composeUp } from './compose-lab.ts'
import { remainsOf } from './docker-lab.ts'
import { skip } from './engine.ts'

const PATIENCE_MS = 120_000
const PLACED = 'line "order placed" of checkout'

describe('docker compose up -d --wait, without npm and without Grafana', { skip }, () => {
  const deliveries = new Map<string, Delivery>()
  const deliveryOf = (agent: string): Delivery => {
    const delivery = deliveries.get(agent)
    assert.ok(delivery !== undefined, `nothing was delivered with AGENT=${agent}`)
    return delivery
  }

  for (const agent of ['builtin', 'otelcol']) {
    test(`AGENT=${agent}: checkouts and timeouts arrive in all three stores, and down -v leaves nothing`, async () => {
      const lab = await composeUp(agent)
      try {
        const stores = {
          loki: lab.url('loki', PORTS.loki.default),
          tempo: lab.url('tempo', PORTS.tempo.default),
          prometheus: lab.url('prometheus', PORTS.prometheus.default),
        }
        const scenario = await driveScenario({
          gateway: lab.url('gateway', PORTS.gateway.default),
          inventoryOps: lab.url('inventory', PORTS.inventoryOps.default),
        })
        await awaitDelivery(stores, scenario, PATIENCE_MS)
        deliveries.set(agent, await readDelivery(stores, scenario))
      } finally {
        await lab[Symbol.asyncDispose]()
      }
      assert.deepEqual(await remainsOf(new Docker(), lab.project), { containers: [], networks: [], volumes: [] })
    })
  }

  test('otelcol delivers to the real Loki and Prometheus what the built-in agent delivers', () => {
    const reference = deliveryOf('builtin')
    assert.deepEqual(compareDeliveries(reference, deliveryOf('otelcol')), [])
    const lacking = new Map(reference)
    assert.ok(lacking.delete(PLACED))
    assert.deepEqual(compareDeliveries(reference, lacking), [`${PLACED}: is missing`])
  })
})
