import type { FastifyInstance } from 'fastify'
import type { TempoServices } from './services.ts'
export function metricsRoutes(_app: FastifyInstance, _services: TempoServices): void {}
