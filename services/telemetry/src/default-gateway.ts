import { readFileSync } from 'node:fs'

/** In a container, where connections to its published ports come from. Undefined: there is no route, or this is not Linux. */
export function defaultGateway(routes = readRoutes()): string | undefined {
  const [, , gateway] = routes.find(([, destination, , flags]) => destination === '00000000' && flags !== '0000') ?? []
  if (gateway === undefined || !/^[0-9A-F]{8}$/i.test(gateway)) return undefined
  // The kernel prints the address as the number it is in memory, little-endian on every platform Node runs on.
  return Buffer.from(gateway, 'hex').toReversed().join('.')
}

function readRoutes(): string[][] {
  try {
    return readFileSync('/proc/net/route', 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
  } catch {
    return []
  }
}
