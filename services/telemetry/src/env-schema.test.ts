import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { choice, ConfigError, integer, parseConfig, port, text, url } from './env-schema.ts'

const schema = {
  port: port('SHOP_PORT', 8000),
  timeoutMs: integer('DB_TIMEOUT_MS', 1_000, { min: 1, max: 60_000 }),
  peer: url('PEER_URL', 'http://127.0.0.1:1', ['http:']),
  level: choice('LEVEL', 'info', ['info', 'warn']),
  name: text('NAME', 'shop'),
}

describe('parseConfig', () => {
  it('takes what is set, the fallback for what is not or is empty, and freezes it', () => {
    const config = parseConfig(schema, { SHOP_PORT: '0', PEER_URL: 'http://peer:80/', NAME: '' })
    assert.deepEqual(config, { port: 0, timeoutMs: 1_000, peer: 'http://peer:80', level: 'info', name: 'shop' })
    assert.ok(Object.isFrozen(config))
  })

  it('names every wrong variable, what was expected and what it got', () => {
    const wrong = { SHOP_PORT: '65536', DB_TIMEOUT_MS: '5s', PEER_URL: 'localhost:80', LEVEL: 'loud' }
    assert.throws(
      () => parseConfig(schema, wrong),
      (error) => {
        assert.ok(error instanceof ConfigError)
        assert.deepEqual(error.faults, [
          'SHOP_PORT: expected 0..65535, got "65536"',
          'DB_TIMEOUT_MS: expected 1..60000, got "5s"',
          'PEER_URL: expected a URL starting with http://, got "localhost:80"',
          'LEVEL: expected info | warn, got "loud"',
        ])
        return true
      },
    )
  })
})
