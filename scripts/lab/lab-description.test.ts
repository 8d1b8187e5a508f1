import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { embeddedComponents } from './runtime/embedded/components.ts'
import { adopt, describeLab, differences, readDescription, writeDescription } from './lab-description.ts'
import { givenPorts, readSettings } from './settings.ts'

const options = { memory: false, agentBin: undefined, agentConfig: undefined }

function settingsOf(env: Record<string, string>) {
  const settings = readSettings({ env })
  return { settings, lab: describeLab(settings, { ...options, ownDatabase: settings.databaseUrl !== undefined }) }
}

const names = (lab: ReturnType<typeof settingsOf>['lab']) => embeddedComponents(lab).map(({ name }) => name)

test('a lab on a database of the user stays that to commands that are not told of it again', (t) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'playground-description-'))
  t.after(() => rmSync(stateDir, { recursive: true }))
  mkdirSync(join(stateDir, 'run'))
  writeDescription(settingsOf({ PLAYGROUND_DIR: stateDir, DATABASE_URL: 'postgres://me@db/shop' }).lab)
  const stored = readDescription(readSettings({ env: { PLAYGROUND_DIR: stateDir } }))
  assert.equal(stored?.databaseUrl, 'postgres://me@db/shop')
  assert.equal(names(stored).includes('postgres'), false)
  assert.equal(
    embeddedComponents(stored).some(({ needs }) => needs.includes('postgres')),
    false,
  )
})

test('without one, Postgres is a component, and asking for the other kind while the lab runs is a difference', () => {
  const own = settingsOf({ DATABASE_URL: 'postgres://me@db/shop' }).lab
  const { lab } = settingsOf({ DATABASE_URL: '' })
  assert.ok(names(lab).includes('postgres'))
  assert.deepEqual(differences(lab, lab), [])
  assert.deepEqual(differences(own, lab), ['its database is the one of a DATABASE_URL'])
  assert.deepEqual(differences(lab, own), ['its database is its own Postgres'])
})

test('what was not asked for is taken from the lab that runs, what was asked for is a difference', () => {
  const { settings } = settingsOf({ LOKI_PORT: '3101' })
  const running = describeLab(settings, { ...options, memory: true, agentBin: '/bin/otelcol', ownDatabase: false })
  const { lab: plain } = settingsOf({})
  const nothing = {
    docker: new Set<never>(),
    memory: false,
    agentBin: false,
    agentConfig: false,
    ownDatabase: false,
    ports: givenPorts({ env: {} }),
  }
  assert.deepEqual(adopt(running, plain, nothing), running)
  assert.equal(differences(running, plain).length, 3)
  const asked = { ...nothing, agentConfig: true, ports: givenPorts({ env: { LOKI_PORT: '3102', TEMPO_PORT: '' } }) }
  const wanted = { ...settingsOf({ LOKI_PORT: '3102' }).lab, agentConfig: '/my.yaml' }
  assert.deepEqual(differences(running, adopt(running, wanted, asked)), [
    'loki is on port 3101, not 3102',
    'its agent runs the default configuration',
  ])
  assert.ok(givenPorts({ env: {}, portOffset: '1000' }).has('tempo'))
})
