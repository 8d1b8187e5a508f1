import type { FastifyInstance } from 'fastify'
import { Problem } from './problem.ts'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

export function isLoopback(address: string): boolean {
  return loopbackNames.has(address) || address.startsWith('127.') || address.startsWith('::ffff:127.')
}

/**
 * On a loopback port, refuses requests a web page of another site may have sent: a Host that is not this machine (DNS
 * rebinding) and an Origin that is not either. A server bound elsewhere is reached by names only its operator knows.
 */
export function guardAgainstForeignPages(app: FastifyInstance, boundHost: string): void {
  if (!isLoopback(boundHost)) return
  app.addHook('onRequest', async (request) => {
    const { origin, host } = request.headers
    const originHost = origin === undefined ? undefined : URL.canParse(origin) ? new URL(origin).hostname : origin
    for (const [header, name] of [
      ['Host', request.hostname],
      ['Origin', originHost],
    ] as const) {
      if (name === undefined || isLoopback(name)) continue
      throw new Problem({
        status: 403,
        kind: 'foreign-origin',
        title: 'Refused',
        detail: `${header} ${JSON.stringify(header === 'Host' ? host : origin)} is not this machine`,
      })
    }
  })
}
