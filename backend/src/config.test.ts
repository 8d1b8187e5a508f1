import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig } from './config.ts'

test('without settings the usual ports are taken on loopback, and data goes to .playground/data', () => {
  const config = readConfig([], {})
  assert.deepEqual(config.ports, { loki: 3100, tempo: 3200, prometheus: 9090, otlpGrpc: 14_317, otlpHttp: 14_318 })
  assert.equal(config.host, '127.0.0.1')
  assert.equal(config.dataDir, '.playground/data')
  assert.equal(config.limits.maxBodyBytes, 64 * 2 ** 20)
})

test('one offset moves every port, and a port of its own wins over it', () => {
  const { ports } = readConfig([], { LAB_PORT_OFFSET: '1000', TEMPO_PORT: '5555' })
  assert.deepEqual(ports, { loki: 4100, tempo: 5555, prometheus: 10_090, otlpGrpc: 15_317, otlpHttp: 15_318 })
})

test('--memory keeps nothing on disk, --data-dir wins over DATA_DIR', () => {
  assert.equal(readConfig(['--memory'], { DATA_DIR: '/x' }).dataDir, undefined)
  assert.equal(readConfig(['--data-dir', '/y'], { DATA_DIR: '/x' }).dataDir, '/y')
  assert.equal(readConfig([], { DATA_DIR: '/x' }).dataDir, '/x')
})

test('every fault is reported at once, with what was expected', () => {
  const env = {
    LOKI_PORT: '70000',
    TEMPO_PORT: '9090',
    RETENTION_HOURS: '5d',
    METRICS_GENERATOR: 'yes',
    LOKI_NAMED_TENANTS: 'x',
  }
  assert.throws(
    () => readConfig(['--memory', '--data-dir', '/x'], env),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      assert.deepEqual(error.message.split('\n'), [
        'LOKI_PORT: expected 0..65535, got "70000"',
        'PROMETHEUS_PORT: port 9090 is also TEMPO_PORT',
        'RETENTION_HOURS: expected 1..87600, got "5d"',
        'METRICS_GENERATOR: expected on or off, got "yes"',
        'LOKI_NAMED_TENANTS: expected raw or discover, got "x"',
        '--memory: cannot be combined with --data-dir',
      ])
      return true
    },
  )
})
