import type { FastifyInstance } from 'fastify'
import type { TempoServices } from './services.ts'
export function tagRoutes(_app: FastifyInstance, _services: TempoServices): void {}
