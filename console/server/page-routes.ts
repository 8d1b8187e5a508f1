import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Every view's address is the same document; the page's router reads the rest. */
const viewPaths = ['/', '/logs', '/traces', '/traces/*', '/metrics']

/** Scripts and connections only from here: a log line can hold any text, and none of it may ever run or call home. */
const pageHeaders = {
  'content-security-policy':
    // CodeMirror and uPlot write their rules into <style> elements and attributes.
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

export interface PageOptions {
  distDir: string
  /** What is known about a page that is not there (being built, or why it could not be). */
  status: () => { building: boolean; failure?: string | undefined }
}

export async function pageRoutes(app: FastifyInstance, { distDir, status }: PageOptions): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(pageHeaders)
  })
  await app.register(fastifyStatic, {
    root: path.join(distDir, 'assets'),
    prefix: '/assets/',
    immutable: true, // Names carry a content hash.
    maxAge: '30d',
    index: false,
    suppressWarning: true, // Until the first build is done the folder does not exist.
  })
  for (const viewPath of viewPaths) {
    app.get(viewPath, async (_request, reply) => {
      const { building, failure } = status()
      if (building || !existsSync(path.join(distDir, 'index.html'))) return sendNotBuilt(reply, failure)
      return reply.header('cache-control', 'no-cache').sendFile('index.html', distDir, { cacheControl: false })
    })
  }
  app.get('/favicon.svg', async (_request, reply) => reply.sendFile('favicon.svg', distDir))
}

function sendNotBuilt(reply: FastifyReply, failure: string | undefined) {
  const text = failure ?? 'The page is being built; this takes a few seconds on the first start.'
  const refresh = failure === undefined ? '<meta http-equiv="refresh" content="1">' : ''
  return reply
    .code(503)
    .header('retry-after', '1')
    .type('text/html; charset=utf-8')
    .send(`<!doctype html><html lang="en"><title>Console</title>${refresh}<pre>${escapeHtml(text)}</pre></html>`)
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
