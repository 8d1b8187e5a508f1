import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultGateway } from './default-gateway.ts'

test('the default gateway is read as the kernel prints it', () => {
  const local = ['eth0', '000013AC', '00000000', '0001']
  assert.equal(defaultGateway([local, ['eth0', '00000000', '010013AC', '0003']]), '172.19.0.1')
  assert.equal(defaultGateway([local]), undefined)
})
