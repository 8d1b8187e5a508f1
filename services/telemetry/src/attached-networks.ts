import { readFileSync } from 'node:fs'
import { BlockList, isIPv4 } from 'node:net'

/**
 * In a container, whether a peer is not another container: the gateway, which published ports are reached through on Linux, or an address
 * outside of the networks the container is attached to, as Docker Desktop for Mac shows (172.65.x.x: docker/for-mac#7793). Where no
 * network can be read, nobody is.
 */
export function isOutsideAttached(address: string, routes = readRoutes()): boolean {
  if (!isIPv4(address)) return false
  const attached = new BlockList()
  const gateways = new Set<string>()
  for (const [, destination = '', gateway = '', , , , , mask = ''] of routes) {
    if (![destination, gateway, mask].every((field) => /^[0-9A-F]{8}$/i.test(field))) continue
    if (gateway !== NONE) gateways.add(dotted(gateway))
    else if (mask !== NONE) attached.addSubnet(dotted(destination), prefixLength(mask), 'ipv4')
  }
  if (gateways.has(address)) return true
  return attached.rules.length > 0 && !attached.check(address, 'ipv4')
}

const NONE = '00000000'

/** The kernel prints an address as the number it is in memory, little-endian on every platform Node runs on. */
const dotted = (hex: string) => Buffer.from(hex, 'hex').toReversed().join('.')

const prefixLength = (hex: string) => Number.parseInt(hex, 16).toString(2).replaceAll('0', '').length

function readRoutes(): string[][] {
  try {
    return readFileSync('/proc/net/route', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
  } catch {
    return []
  }
}
