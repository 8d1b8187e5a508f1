import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { identifyService } from './service-identity.ts'

it('names a service for the package of the file that was started', () => {
  const main = fileURLToPath(new URL('../../checkout/src/main.ts', import.meta.url))
  assert.deepEqual(identifyService(main), { name: 'checkout', version: '0.1.0' })
})
