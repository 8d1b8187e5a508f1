import type { FastifyRequest } from 'fastify'

/**
 * Parameters of a query API: those of a form body before those of the URL, repeated names kept, as Go's `Request.Form` has them.
 */
export function requestParams(request: FastifyRequest): URLSearchParams {
  const mark = request.raw.url?.indexOf('?') ?? -1
  const fromUrl = mark < 0 ? '' : (request.raw.url ?? '').slice(mark + 1)
  if (!isForm(request)) return new URLSearchParams(fromUrl)
  const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
  return new URLSearchParams(fromUrl === '' ? body : `${body}&${fromUrl}`)
}

function isForm(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false
}
