import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig } from './config.ts'

test('an empty environment gives the standard ports on loopback', () => {
  const config = readConfig({})
  assert.equal(config.port, 8080)
  assert.equal(config.host, '127.0.0.1')
  assert.equal(config.upstreams.loki.href, 'http://127.0.0.1:3100/')
  assert.equal(config.opsServers.inventory.href, 'http://127.0.0.1:18002/')
})

test('the lab’s port offset moves every default and leaves what is set by name', () => {
  const config = readConfig({ LAB_PORT_OFFSET: '100', TEMPO_URL: 'http://127.0.0.1:3200' })
  assert.equal(config.port, 8180)
  assert.equal(config.upstreams.loki.port, '3200')
  assert.equal(config.upstreams.tempo.port, '3200')
})

test('all faults are told at once, each with its name, what is expected and what was found', () => {
  assert.throws(
    () => readConfig({ CONSOLE_PORT: '8080x', LOKI_URL: 'localhost', CONSOLE_LOG_LEVEL: 'loud' }),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      assert.deepEqual(error.message.split('\n'), [
        'CONSOLE_PORT: expected 0..65535, got "8080x"',
        'LOKI_URL: expected an http(s) URL such as http://127.0.0.1:3100, got "localhost"',
        'CONSOLE_LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
      ])
      return true
    },
  )
})
