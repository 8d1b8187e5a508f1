/**
 * The HTTP front that the three APIs share: bodies as bytes within a limit, tenant header, Host/Origin guard, one error shape per API.
 * It knows no route and no store.
 */
import { ProtocolError } from '@playground/protocol/protocol-error'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { StorageError } from '../storage/storage-error.ts'
import { ApiError } from './api-error.ts'
import { HostGuard } from './host-guard.ts'
import { readBody } from './request-body.ts'
import { parseTenantId } from './tenant-id.ts'

export interface ApiServerOptions {
  /** Decompressed size of a body; a route may lower it with Fastify's `bodyLimit`. */
  readonly maxBodyBytes: number
  readonly allowedHosts?: readonly string[]
  /** Sends an error in the API's shape; the status is already set. */
  readonly sendError: (error: ApiError, request: FastifyRequest, reply: FastifyReply) => unknown
  /** Turns the API's own errors (of its parser, its engine) into what the client sees. Anything it leaves is handled here. */
  readonly mapError?: (error: unknown, request: FastifyRequest) => ApiError | undefined
  /** Errors that the client sees as 5xx, with their cause. */
  readonly onServerError?: (error: unknown, request: FastifyRequest) => void
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `X-Scope-OrgID`, validated; `anonymous` without the header. */
    tenant: string
  }
  interface FastifyContextConfig {
    /** Accept `Content-Encoding: snappy` here: `decode` undoes it, `leave` hands the block to the route. */
    snappy?: 'decode' | 'leave'
  }
}

// A long selector list in a GET must fit; Node's default is 16 KiB for all headers and the URL.
const maxUrlAndHeaderBytes = 2 * 2 ** 20

export function createApiServer(options: ApiServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: options.maxBodyBytes,
    forceCloseConnections: 'idle',
    // Longer than the idle timeout of Go's default transport (90 s), so that a collector never reuses a connection we just closed.
    keepAliveTimeout: 95_000,
    requestTimeout: 300_000,
    http: { maxHeaderSize: maxUrlAndHeaderBytes, headersTimeout: 60_000 },
    routerOptions: {
      maxParamLength: maxUrlAndHeaderBytes,
      ignoreTrailingSlash: true,
      // Routes read parameters with requestParams(): repeated names and forms matter there.
      querystringParser: () => ({}),
    },
  })
  const guard = new HostGuard(options.allowedHosts ?? [])

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: FastifyRequest['raw']) => {
    const length = request.headers['content-length']
    return await readBody(
      payload,
      request.headers['content-encoding'],
      length === undefined ? undefined : Number(length),
      {
        maxBytes: Math.min(request.routeOptions.bodyLimit, options.maxBodyBytes),
        snappy: request.routeOptions.config.snappy,
      },
    )
  })

  app.decorateRequest('tenant', '')
  app.addHook('onRequest', async (request) => {
    guard.check(request.headers.host, request.headers.origin)
    request.tenant = parseTenantId(request.headers['x-scope-orgid'])
  })

  // Node hands an upgraded socket over for good: after a refusal nobody would ever close it.
  app.addHook('onResponse', async (request, reply) => {
    if (request.headers.upgrade !== undefined && reply.statusCode >= 400) request.raw.socket.end()
  })

  app.setErrorHandler((error, request, reply) => {
    const visible = options.mapError?.(error, request) ?? toApiError(error)
    if (visible.statusCode >= 500) options.onServerError?.(error, request)
    // The rest of an oversized body is not read, and Node gives upgraded sockets away: such a connection carries no other request.
    if (visible.statusCode === 413 || request.headers.upgrade !== undefined) reply.header('connection', 'close')
    reply.code(visible.statusCode)
    return options.sendError(visible, request, reply)
  })
  return app
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof ProtocolError) return new ApiError(400, error.message, { cause: error, kind: 'bad_data' })
  if (error instanceof StorageError) return new ApiError(503, error.message, { cause: error, kind: 'unavailable' })
  if (isFastifyError(error)) return new ApiError(error.statusCode, error.message, { cause: error })
  return new ApiError(500, 'internal error', { cause: error, kind: 'internal' })
}

function isFastifyError(error: unknown): error is FastifyError & { statusCode: number } {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
}
