// A web page of another site must not reach any port of the lab: neither by name (DNS rebinding: a foreign Host)
// nor from a page (a foreign Origin).
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { PortName } from '../scripts/lab/ports.ts'
import { HOST } from '../scripts/lab/settings.ts'
import { startLab } from './lab-fixture.ts'
import type { StartedLab } from './lab-fixture.ts'

const TARGETS: { port: PortName; path: string }[] = [
  { port: 'gateway', path: '/products' },
  { port: 'checkout', path: '/' },
  { port: 'inventory', path: '/products' },
  { port: 'payment', path: '/' },
  { port: 'gatewayOps', path: '/health' },
  { port: 'checkoutOps', path: '/health' },
  { port: 'inventoryOps', path: '/faults' },
  { port: 'paymentOps', path: '/health' },
  { port: 'console', path: '/' },
  { port: 'loki', path: '/loki/api/v1/labels' },
  { port: 'tempo', path: '/api/echo' },
  { port: 'prometheus', path: '/api/v1/labels' },
  { port: 'tempoOtlpHttp', path: '/v1/traces' },
  { port: 'agentOtlpHttp', path: '/v1/traces' },
  { port: 'agent', path: '/-/ready' },
]

describe('every HTTP port of the lab', () => {
  let lab: StartedLab
  before(async () => {
    lab = await startLab('--memory')
  })
  after(() => lab[Symbol.asyncDispose]())

  for (const { port, path } of TARGETS) {
    test(`${port} refuses a foreign Host and a foreign Origin, and answers its own`, async () => {
      const ask = (headers: Record<string, string>) => statusOf(lab.ports[port], path, headers)
      const own = `${HOST}:${lab.ports[port]}`
      assert.equal(await ask({ host: `evil.example:${lab.ports[port]}` }), 403, 'foreign Host')
      assert.equal(await ask({ host: own, origin: 'http://evil.example' }), 403, 'foreign Origin')
      // The failing twin: what is refused above is refused for its headers alone.
      assert.notEqual(await ask({ host: own }), 403, 'its own')
    })
  }
})

function statusOf(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: HOST, port, path, headers, timeout: 5_000 }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')))
    outgoing.on('error', reject)
    outgoing.end()
  })
}
