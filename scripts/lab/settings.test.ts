import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { PORT_NAMES, PORTS } from './ports.ts'
import { ROOT, SettingsError, readSettings } from './settings.ts'

test('without settings every port is its default and the state is in .playground', () => {
  const settings = readSettings({ env: {} })
  assert.deepEqual(
    PORT_NAMES.map((name) => settings.ports[name]),
    PORT_NAMES.map((name) => PORTS[name].default),
  )
  assert.equal(settings.stateDir, join(ROOT, '.playground'))
})

test('an offset moves every port but the free choice of Postgres, and gives the lab a state of its own', () => {
  const { ports, stateDir } = readSettings({ env: { LAB_PORT_OFFSET: '1000' } })
  assert.deepEqual([ports.gateway, ports.loki, ports.inventoryOps, ports.postgres], [9000, 4100, 19002, 0])
  assert.equal(stateDir, join(ROOT, '.playground/offset-1000'))
})

test('the option wins over the environment, and a port set by itself is not moved', () => {
  const { ports } = readSettings({ env: { LAB_PORT_OFFSET: '1', LOKI_PORT: '3999' }, portOffset: '20000' })
  assert.deepEqual([ports.loki, ports.tempo], [3999, 23200])
})

test('all faults are named at once, each with its variable', () => {
  const env = { LOKI_PORT: 'x', TEMPO_PORT: '65536', GATEWAY_PORT: '0', PROMETHEUS_PORT: '8080' }
  assert.throws(
    () => readSettings({ env, portOffset: '-1' }),
    (error) => {
      assert.ok(error instanceof SettingsError)
      assert.deepEqual(error.faults, [
        '--port-offset: expected an integer from 0 to 40000, got "-1"',
        'GATEWAY_PORT: expected a port from 1 to 65535, got "0"',
        'LOKI_PORT: expected an integer from 0 to 65535, got "x"',
        'TEMPO_PORT: expected an integer from 0 to 65535, got "65536"',
        'PROMETHEUS_PORT: port 8080 is also CONSOLE_PORT',
      ])
      return true
    },
  )
})

test('the largest offset keeps every port below 65536', () => {
  const { ports } = readSettings({ env: {}, portOffset: '40000' })
  assert.ok(PORT_NAMES.every((name) => ports[name] < 65_536))
})

test('a port that .env moves is what an offset is added to, and the environment wins over both', () => {
  const file = { LOKI_PORT: '3150', TEMPO_PORT: '3250', AGENT: 'otelcol' }
  const { ports, docker } = readSettings({ env: { TEMPO_PORT: '3999', AGENT: 'builtin' }, file, portOffset: '1000' })
  assert.equal(ports.loki, 4150)
  assert.equal(ports.tempo, 3999)
  assert.equal(ports.prometheus, 10_090)
  assert.equal(docker.agent, 'builtin')
  assert.equal(readSettings({ env: {}, file }).docker.agent, 'otelcol')
})

test('a lab in Docker has the name Compose would give it, and with an offset one of its own', () => {
  const plain = readSettings({ env: {} }).project
  assert.match(plain, /^[a-z0-9][a-z0-9_-]*$/)
  assert.equal(readSettings({ env: {}, portOffset: '1000' }).project, `${plain}-1000`)
  assert.equal(readSettings({ env: {}, file: { COMPOSE_PROJECT_NAME: 'demo' }, portOffset: '7' }).project, 'demo-7')
  assert.equal(readSettings({ env: { COMPOSE_PROJECT_NAME: 'mine' }, portOffset: '7' }).project, 'mine')
})
