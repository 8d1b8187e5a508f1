// A container is killed in the middle of a load and started again, as an operator would.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { sendCustomers } from './customers.ts'
import type { Acknowledged } from './customers.ts'
import type { DockerLab } from './docker-lab.ts'

const SERVED_BEFORE = 25
const SERVED_WHILE_AWAY = 10
const SERVED_AFTER = 10
/** Longer than any batch or scrape, so that what was read has been tried to be sent. */
const AWAY_MS = 4_000
/** Loki takes 15 s on an idle machine. */
const HEALTHY_TIMEOUT_MS = 180_000

export interface LoadAcrossKill extends Acknowledged {
  sinceMs: number
}

export async function loadAcrossKill(lab: DockerLab, victim: string): Promise<LoadAcrossKill> {
  const container = await lab.container(victim)
  const sinceMs = Date.now()
  const customers = sendCustomers(lab.url('gateway'), lab.url('agentOtlpHttp'))
  try {
    await customers.served(SERVED_BEFORE)
    await container.kill({ signal: 'SIGKILL' })
    assert.equal((await container.inspect()).State.Running, false)
    await Promise.all([sleep(AWAY_MS), customers.served(SERVED_WHILE_AWAY)])
    await container.start()
    await awaitHealthy(container)
    await customers.served(SERVED_AFTER)
    return { sinceMs, ...(await customers.leave()) }
  } finally {
    await customers.leave()
    // What comes after this test is not to fail for it.
    if (!(await container.inspect()).State.Running) await container.start()
  }
}

async function awaitHealthy(container: Docker.Container): Promise<void> {
  const deadline = performance.now() + HEALTHY_TIMEOUT_MS
  for (;;) {
    const { State } = await container.inspect()
    if (State.Health?.Status === 'healthy') return
    if (performance.now() > deadline)
      assert.fail(`not healthy ${HEALTHY_TIMEOUT_MS} ms after its start: ${State.Health?.Status}`)
    await sleep(250)
  }
}
