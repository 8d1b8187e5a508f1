// Which port of the lab a container's port is: inside, every service listens on its default; outside, the lab may have moved it.
import type { PortName } from '../../ports.ts'

const PUBLISHED: Record<string, Record<number, PortName>> = {
  gateway: { 8000: 'gateway', 18000: 'gatewayOps' },
  checkout: { 8001: 'checkout', 18001: 'checkoutOps' },
  inventory: { 8002: 'inventory', 18002: 'inventoryOps' },
  payment: { 8003: 'payment', 18003: 'paymentOps' },
  console: { 8080: 'console' },
  grafana: { 3000: 'grafana' },
  loki: { 3100: 'loki' },
  jaeger: { 16686: 'jaeger', 4317: 'tempoOtlpGrpc', 4318: 'tempoOtlpHttp' },
  tempo: { 3200: 'tempo', 4317: 'tempoOtlpGrpc', 4318: 'tempoOtlpHttp' },
  prometheus: { 9090: 'prometheus' },
  agent: { 4317: 'agentOtlpGrpc', 4318: 'agentOtlpHttp', 12345: 'agent' },
  'node-exporter': { 9100: 'nodeExporter' },
  postgres: { 5432: 'postgres' },
}

/** What every lab consists of; the others are there by a setting or a profile. */
export const CORE_SERVICES = Object.keys(PUBLISHED).filter(
  (service) => !['console', 'grafana', 'jaeger', 'tempo'].includes(service),
)

export const publishedPort = (service: string, containerPort: number): PortName | undefined =>
  PUBLISHED[service]?.[containerPort]
