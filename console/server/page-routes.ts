import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

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
  /** What `npm run build -w console` wrote. */
  distDir: string
}

export async function pageRoutes(app: FastifyInstance, { distDir }: PageOptions): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(pageHeaders)
  })
  await app.register(fastifyStatic, {
    root: path.join(distDir, 'assets'),
    prefix: '/assets/',
    immutable: true, // Names carry a content hash.
    maxAge: '30d',
    index: false,
    suppressWarning: true, // Without a build the folder does not exist; the views say so.
  })
  for (const viewPath of viewPaths) {
    app.get(viewPath, async (_request, reply) => {
      if (!existsSync(path.join(distDir, 'index.html'))) {
        return reply.code(503).type('text/plain').send('The page is not built: run `npm run build -w console`.\n')
      }
      return reply.header('cache-control', 'no-cache').sendFile('index.html', distDir, { cacheControl: false })
    })
  }
  app.get('/favicon.svg', async (_request, reply) => reply.sendFile('favicon.svg', distDir))
}
