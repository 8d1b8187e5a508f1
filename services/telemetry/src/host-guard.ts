import { isIPv4 } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Problem } from './problem.ts'

/** An address to bind or of a peer: 127.0.0.0/8 (also as IPv6 spells it), ::1 or localhost. */
export function isLoopback(address: string): boolean {
  const name = address.replace(/^::ffff:/i, '')
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}

/** A Host or Origin that means this machine. A name such as 127.0.0.1.evil.example is one that anybody may own. */
function isThisMachine(url: string): boolean {
  if (!URL.canParse(url)) return false
  return isLoopback(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'))
}

/**
 * On a loopback port, refuses requests a web page of another site may have sent: a Host that is not this machine (DNS
 * rebinding) and an Origin that is not either. A server bound elsewhere is reached by names only its operator knows.
 */
export function guardAgainstForeignPages(app: FastifyInstance, boundHost: string): void {
  if (!isLoopback(boundHost)) return
  app.addHook('onRequest', async (request) => {
    const { origin, host = '' } = request.headers
    if (!isThisMachine(`http://${host}`)) throw foreign('Host', host)
    if (origin !== undefined && !isThisMachine(origin)) throw foreign('Origin', origin)
  })
}

function foreign(header: string, value: string): Problem {
  return new Problem({
    status: 403,
    kind: 'foreign-origin',
    title: 'Refused',
    detail: `${header} ${JSON.stringify(value)} is not this machine`,
  })
}
