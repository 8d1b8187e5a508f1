import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { defineFault } from '../fault.ts'
import type { Fault } from '../fault.ts'

/** What an ingress does that passes on only the headers it knows: the callers' trace ends before this service. */
export function lostContextFault(app: FastifyInstance): Fault {
  return defineFault({
    name: 'lost-context',
    description: 'The hop before this service drops traceparent: its spans and lines belong to traces of their own.',
    parameters: {},
    start: async () => {
      const dropContext = ({ headers }: IncomingMessage) => {
        delete headers['traceparent']
        delete headers['tracestate']
      }
      // Before fastify sees the request, as a proxy in front of it would.
      app.server.prependListener('request', dropContext)
      return async () => {
        app.server.off('request', dropContext)
      }
    },
  })
}
