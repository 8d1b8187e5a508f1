import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pino } from 'pino'
import { FaultSwitches } from './fault.ts'
import { createOpsServer } from './ops-server.ts'
import type { OpsServerOptions } from './ops-server.ts'

function opsServer(
  checks: Record<string, () => Promise<void>> = {},
  host = '127.0.0.1',
  faultsFrom?: OpsServerOptions['faultsFrom'],
) {
  const logger = pino({ level: 'silent' })
  return createOpsServer({ host, faultsFrom, faults: new FaultSwitches([], logger), checks, logger })
}

describe('the ops server', () => {
  it('is healthy when every check passes', async () => {
    const { statusCode, body } = await opsServer({ database: async () => {} }).inject('/health')
    assert.equal(statusCode, 200)
    assert.equal((JSON.parse(body) as { status: string }).status, 'ok')
  })

  it('answers 503 and names what is missing', async () => {
    const failing = async () => {
      throw new Error('connection refused')
    }
    const { statusCode, body } = await opsServer({ database: failing, cache: async () => {} }).inject('/health')
    assert.equal(statusCode, 503)
    const health = JSON.parse(body) as { missing: string[]; checks: Record<string, string> }
    assert.deepEqual(health.missing, ['database'])
    assert.deepEqual(health.checks, { database: 'connection refused', cache: 'ok' })
  })

  for (const headers of [
    { host: 'evil.example' },
    { host: '127.evil.example' },
    { host: '127.0.0.1.nip.io:18000' },
    { host: 'localhost.evil.example' },
    { host: '::ffff:127.evil.example' },
    { host: '10.0.0.7' },
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1.nip.io' },
    { origin: 'null' },
  ]) {
    it(`refuses ${JSON.stringify(headers)} on a loopback port`, async () => {
      const { statusCode, body } = await opsServer().inject({ url: '/metrics', headers })
      assert.equal(statusCode, 403)
      assert.match(body, /is not this machine/)
    })
  }

  for (const headers of [
    { host: 'localhost:18000' },
    { host: 'LOCALHOST' },
    { host: '127.0.0.1:18000' },
    { host: '127.8.9.10' },
    { host: '[::1]:18000' },
    { origin: 'http://localhost:8080' },
    { origin: 'http://[::1]:8080' },
  ]) {
    it(`takes ${JSON.stringify(headers)} on a loopback port`, async () => {
      assert.equal((await opsServer().inject({ url: '/metrics', headers })).statusCode, 200)
    })
  }

  it('takes any Host where it is bound for others, as in a container, but switches faults for loopback only', async () => {
    const server = opsServer({}, '0.0.0.0')
    assert.equal((await server.inject({ url: '/health', headers: { host: 'checkout:18001' } })).statusCode, 200)
    assert.equal((await server.inject({ url: '/faults', remoteAddress: '127.0.0.1' })).statusCode, 200)
    const refused = await server.inject({ url: '/faults', remoteAddress: '::ffff:10.0.0.7' })
    assert.equal(refused.statusCode, 403)
    assert.match(refused.body, /came from 10\.0\.0\.7.*FAULTS_FROM=gateway/)
  })

  it('in a container, lets in whom it is told to, and names whom it does not', async () => {
    const server = opsServer({}, '0.0.0.0', (address) => address === '172.65.12.9')
    const from = (remoteAddress: string) => server.inject({ url: '/faults', remoteAddress })
    assert.equal((await from('172.65.12.9')).statusCode, 200)
    assert.equal((await from('::ffff:172.65.12.9')).statusCode, 200)
    const refused = await from('172.19.0.7')
    assert.equal(refused.statusCode, 403)
    assert.match(refused.body, /172\.19\.0\.7.*FAULTS_FROM/)
  })
})
