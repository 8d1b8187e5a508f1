import { request as httpRequest } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { defineFault } from '../fault.ts'
import type { Fault } from '../fault.ts'
import { currentRelease, ReleaseProcess, setCurrentRelease } from './release-process.ts'
import type { ReleaseOptions } from './release-process.ts'

const COHORTS = 16

export interface ReleaseFaultOptions extends ReleaseOptions {
  name: string
  description: string
}

/** A release is rolled out: it runs beside this one and gets the requests of some cohorts, as an ingress would divide them. */
export function releaseFault(app: FastifyInstance, options: ReleaseFaultOptions): Fault {
  return defineFault({
    name: options.name,
    description: options.description,
    parameters: {
      cohorts: {
        description:
          'How many of the 16 cohorts get it: requests whose idempotency key ends with a lower digit; 16: all, also those without a key.',
        default: COHORTS,
        minimum: 1,
        maximum: COHORTS,
      },
    },
    start: async ({ cohorts }) => {
      if (currentRelease() !== undefined) throw new RangeError('another release is being rolled out')
      const release = new ReleaseProcess(options)
      try {
        await release.start()
      } catch (error) {
        await release.stop()
        throw error
      }
      setCurrentRelease(release)
      const restore = divideRequests(app.server, (request) =>
        isInCohorts(request, cohorts) ? (response) => forward(request, response, release) : undefined,
      )
      return async () => {
        restore()
        await release.stop()
        setCurrentRelease(undefined)
      }
    },
  })
}

function isInCohorts({ headers }: IncomingMessage, cohorts: number): boolean {
  const key = headers['idempotency-key']
  return cohorts === COHORTS || (typeof key === 'string' && Number.parseInt(key.slice(-1), 16) < cohorts)
}

type Take = (request: IncomingMessage) => ((response: ServerResponse) => void) | undefined
type RequestListener = (request: IncomingMessage, response: ServerResponse) => void

/** In front of fastify, so that a request that is passed on leaves nothing in this process. Returns how to undo it. */
function divideRequests(server: Server, take: Take): () => void {
  const own = server.listeners('request') as RequestListener[]
  const divide: RequestListener = (request, response) => {
    const taken = take(request)
    if (taken === undefined) for (const listener of own) listener.call(server, request, response)
    else taken(response)
  }
  server.removeAllListeners('request')
  server.on('request', divide)
  return () => {
    server.off('request', divide)
    for (const listener of own) server.on('request', listener)
  }
}

/** What the release does not answer is not answered: its connection breaks off, as that to a process that died. */
function forward(request: IncomingMessage, response: ServerResponse, release: ReleaseProcess): void {
  const port = release.addresses?.port
  if (port === undefined) {
    request.socket.destroy()
    return
  }
  const { method, url: path, headers } = request
  const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  outgoing.on('error', () => response.destroy())
  response.on('close', () => outgoing.destroy())
  request.pipe(outgoing)
}
