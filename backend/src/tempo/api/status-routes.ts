import type { FastifyInstance } from 'fastify'
import type { TempoServices } from './services.ts'

/** The Tempo release whose answers this server gives. */
const version = '3.0.2'

export function statusRoutes(app: FastifyInstance, { counters }: TempoServices): void {
  app.get('/api/echo', async (_request, reply) => reply.type('text/plain').send('echo'))
  app.get('/ready', async (_request, reply) => reply.type('text/plain').send('ready'))
  app.get('/api/status/buildinfo', async () => ({
    version,
    revision: '',
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  }))
  app.get('/status', async (_request, reply) => reply.type('text/plain').send(`tempo-embedded ${version}: running\n`))
  app.get('/status/version', async (_request, reply) =>
    reply.type('text/plain').send(`tempo, version ${version} (embedded)\n`),
  )
  // Nothing is overridden for any tenant; Grafana asks.
  app.get('/api/overrides', async (_request, reply) => reply.code(404).type('text/plain').send('no overrides'))
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(counters.render()),
  )
}
