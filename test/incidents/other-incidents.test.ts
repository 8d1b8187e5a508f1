import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { incidentNames } from '../../incidents/catalogue.ts'
import { startLab } from '../lab-fixture.ts'
import type { StartedLab } from '../lab-fixture.ts'
import { verifyIncident } from './incident-runs.ts'

/** Those of the database have a file of their own, which runs beside this one. */
const names = incidentNames().filter((name) => !name.startsWith('db-'))

describe('incidents', () => {
  let lab: StartedLab
  before(async () => {
    lab = await startLab('--embedded')
  })
  after(() => lab[Symbol.asyncDispose]())

  for (const name of names)
    test(`${name} is proven, and is not there without its fault`, () => verifyIncident(lab, name))

  test('an incident nobody knows is refused, with those there are', async () => {
    const { exitCode, stderr } = await lab.run('incident', 'run', 'no-such')
    assert.equal(exitCode, 2)
    assert.match(stderr, /there is no incident "no-such"; there are agent-down, /)
  })
})
