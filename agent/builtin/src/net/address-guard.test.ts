import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createAddressGuard } from './address-guard.ts'

const refusal = (allowed: readonly string[], host?: string, origin?: string): string | undefined =>
  createAddressGuard(allowed).refusal({ headers: { host, origin } } as IncomingMessage)

test('localhost, its subdomains and IP addresses pass, with any port', () => {
  for (const host of [
    'localhost',
    'localhost:4318',
    'shop.localhost',
    '127.0.0.1:4318',
    '[::1]:4318',
    '192.168.1.7:4318',
    'LOCALHOST.',
  ]) {
    assert.equal(refusal([], host), undefined, host)
  }
})

test('any other name is refused until it is allowed: a container reaches the agent as "agent"', () => {
  for (const host of ['evil.example', 'agent:4318', 'localhost.evil.example', '127.0.0.1.evil.example']) {
    assert.match(refusal([], host) ?? '', /is not one of this agent's names/, host)
  }
  assert.equal(refusal(['agent'], 'agent:4318'), undefined)
  assert.equal(refusal(['*'], 'anything'), undefined)
  assert.match(refusal([]) ?? '', /Host ""/)
})

test('an Origin must be of this machine too', () => {
  assert.equal(refusal([], 'localhost', 'http://localhost:8080'), undefined)
  assert.match(refusal([], 'localhost', 'https://evil.example') ?? '', /foreign/)
  assert.match(refusal([], 'localhost', 'null') ?? '', /foreign/)
})
