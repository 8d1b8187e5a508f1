// A container is killed in the middle of a load and started again, as an operator would.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { CheckoutAnswer } from '../../scripts/lab/proof/shop-client.ts'
import { sendCustomers } from './customers.ts'
import type { DockerLab } from './docker-lab.ts'

const SERVED_BEFORE = 25
const SERVED_WHILE_AWAY = 10
const SERVED_AFTER = 10
/** Longer than any batch or scrape, so that what was read has been tried to be sent. */
const AWAY_MS = 4_000
/** Loki takes 15 s on an idle machine. */
const HEALTHY_TIMEOUT_MS = 180_000
/** An SDK gives its spans 5 s to be taken, and hands them to an agent that is away not at all: those were never acknowledged. */
const SPANS_UNDER_WAY_MS = 6_000

export interface LoadAcrossKill {
  sinceMs: number
  answers: CheckoutAnswer[]
  /** Whose spans have been taken by an agent that runs: all but those from shortly before the kill until it was back. */
  safe: CheckoutAnswer[]
}

export async function loadAcrossKill(lab: DockerLab, victim: string): Promise<LoadAcrossKill> {
  const container = await lab.container(victim)
  const sinceMs = Date.now()
  const customers = sendCustomers(lab.url('gateway'))
  try {
    await customers.served(SERVED_BEFORE)
    await sleep(SPANS_UNDER_WAY_MS)
    const killedAtMs = Date.now()
    await container.kill({ signal: 'SIGKILL' })
    assert.equal((await container.inspect()).State.Running, false)
    await Promise.all([sleep(AWAY_MS), customers.served(SERVED_WHILE_AWAY)])
    await container.start()
    const backAtMs = await awaitHealthy(container)
    await customers.served(SERVED_AFTER)
    const answers = await customers.leave()
    const isSafe = ({ sentAtMs, durationMs }: CheckoutAnswer) =>
      victim !== 'agent' || sentAtMs + durationMs < killedAtMs - SPANS_UNDER_WAY_MS || sentAtMs > backAtMs
    return { sinceMs, answers, safe: answers.filter(isSafe) }
  } finally {
    await customers.leave()
    // What comes after this test is not to fail for it.
    if (!(await container.inspect()).State.Running) await container.start()
  }
}

async function awaitHealthy(container: Docker.Container): Promise<number> {
  const deadline = performance.now() + HEALTHY_TIMEOUT_MS
  for (;;) {
    const { State } = await container.inspect()
    if (State.Health?.Status === 'healthy') return Date.now()
    if (performance.now() > deadline)
      assert.fail(`not healthy ${HEALTHY_TIMEOUT_MS} ms after its start: ${State.Health?.Status}`)
    await sleep(250)
  }
}
