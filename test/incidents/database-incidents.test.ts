import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { sendCheckout } from '../../scripts/lab/proof/shop-client.ts'
import { startLab } from '../lab-fixture.ts'
import type { StartedLab } from '../lab-fixture.ts'
import { activeFile, runIncident, verifyIncident } from './incident-runs.ts'

const DEADLINE_MS = 60_000

describe('incidents of the database', () => {
  let lab: StartedLab
  before(async () => {
    lab = await startLab('--embedded')
  })
  after(() => lab[Symbol.asyncDispose]())

  for (const name of ['db-connection-timeout', 'db-statement-timeout', 'db-deadlock', 'db-failover'])
    test(`${name} is proven, and is not there without its fault`, () => verifyIncident(lab, name))

  test('a second run with one seed takes other ids, sends the same and finds the same; another seed differs', async () => {
    const [first, second, other] = [
      await runIncident(lab, 'db-connection-timeout', '--seed', 'twice'),
      await runIncident(lab, 'db-connection-timeout', '--seed', 'twice'),
      await runIncident(lab, 'db-connection-timeout', '--seed', 'once'),
    ]
    assert.deepEqual([first.attempt, second.attempt, other.attempt], [1, 2, 1])
    assert.equal(second.fingerprint, first.fingerprint)
    assert.notEqual(other.fingerprint, first.fingerprint)
  })

  test('a run leaves one page that needs nothing from elsewhere', () => {
    const folder = join(lab.stateDir, 'incidents')
    const pages = readdirSync(folder).filter((name) => name.startsWith('db-connection-timeout-twice'))
    assert.equal(pages.length, 2)
    const page = readFileSync(join(folder, pages[0] ?? ''), 'utf8')
    assert.match(page, /<svg[^]*baseline[^]*recovery[^]*<\/svg>/)
    assert.match(page, /database connection timeout/)
    assert.doesNotMatch(page, /<script|<link|src=|@import|url\(/)
  })

  test('an interrupted run is healed before the command ends', async () => {
    const command = lab.spawn('incident', 'run', 'db-connection-timeout', '--seed', 'interrupted')
    await untilFaultIsOn(lab)
    command.kill('SIGINT')
    const [exitCode] = (await once(command, 'exit')) as [number | null]
    assert.equal(exitCode, 130)
    assert.equal(activeFile(lab), undefined)
    assert.equal((await sendCheckout(lab.url('gateway'))).status, 201)
  })

  test('what a killed run has left is found and undone by heal', async () => {
    const command = lab.spawn('incident', 'run', 'db-failover', '--seed', 'killed')
    await untilFaultIsOn(lab)
    command.kill('SIGKILL')
    await once(command, 'exit')
    assert.notEqual((await sendCheckout(lab.url('gateway'))).status, 201)
    const { exitCode, stdout } = await lab.run('incident', 'heal')
    assert.equal(exitCode, 0)
    assert.match(stdout, /healed: postgres: stop/)
    assert.equal((await sendCheckout(lab.url('gateway'))).status, 201)
    assert.match((await lab.run('incident', 'heal')).stdout, /nothing to heal/)
  })
})

/** Noted before it is done; the checkouts tell when it bites. */
async function untilFaultIsOn(lab: StartedLab): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  let status = 201
  while (activeFile(lab) === undefined || status === 201) {
    if (Date.now() > deadline) throw new Error(`no fault within ${DEADLINE_MS} ms; last answer of the shop: ${status}`)
    await sleep(50)
    if (activeFile(lab) !== undefined) status = (await sendCheckout(lab.url('gateway'))).status
  }
}
