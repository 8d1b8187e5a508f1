import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOutsideAttached } from './attached-networks.ts'

/** As the kernel prints them: interface, destination, gateway, flags, counters, metric, mask. */
const header = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT'.split(' ')
const byGateway = ['eth0', '00000000', '010013AC', '0003', '0', '0', '0', '00000000', '0', '0', '0']
const attached = ['eth0', '000013AC', '00000000', '0001', '0', '0', '0', '0000FFFF', '0', '0', '0']
const smaller = ['eth1', '40A8A8C0', '00000000', '0001', '0', '0', '0', 'C0FFFFFF', '0', '0', '0']
const routes = [header, byGateway, attached, smaller, ['']]

test('the gateway and what is outside of the attached networks is no other container', () => {
  for (const address of ['172.19.0.1', '172.65.12.9', '192.168.65.1', '192.168.168.63', '192.168.168.128']) {
    assert.equal(isOutsideAttached(address, routes), true, address)
  }
})

test('every neighbour is refused, on each network, and so is what cannot be judged', () => {
  for (const address of ['172.19.0.7', '172.19.255.254', '192.168.168.64', '192.168.168.127', 'fd00::7', '']) {
    assert.equal(isOutsideAttached(address, routes), false, address)
  }
  assert.equal(isOutsideAttached('172.65.12.9', [header]), false)
  assert.equal(isOutsideAttached('172.65.12.9', []), false)
})
