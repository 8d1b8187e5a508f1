import type { FastifyInstance } from 'fastify'

/**
 * A path that is no valid UTF-8 (`/api/v1/label/bad%ff/values`) would be refused by the router before any route sees it.
 * The bytes become replacement characters here, so that the route can say what is wrong with the name.
 */
export function repairUndecodablePaths(app: FastifyInstance): void {
  app.server.prependListener('request', (request) => {
    const url = request.url ?? ''
    if (!url.includes('%') || isDecodable(url)) return
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    request.url = path.replace(/(?:%[0-9a-fA-F]{2})+/g, repair) + (mark < 0 ? '' : url.slice(mark))
  })
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function repair(escaped: string): string {
  if (isDecodable(escaped)) return escaped
  return encodeURIComponent(Buffer.from(escaped.replaceAll('%', ''), 'hex').toString('utf8'))
}
