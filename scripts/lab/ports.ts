// Every port of the lab: its default, the environment variable that moves it, and what listens there.

export interface PortDefinition {
  /** Environment variable that moves this port. */
  env: string
  default: number
  what: string
}

export const PORTS = {
  gateway: { env: 'GATEWAY_PORT', default: 8000, what: 'the shop, its public API' },
  checkout: { env: 'CHECKOUT_PORT', default: 8001, what: 'checkout service' },
  inventory: { env: 'INVENTORY_PORT', default: 8002, what: 'inventory service' },
  payment: { env: 'PAYMENT_PORT', default: 8003, what: 'payment service' },
  gatewayOps: { env: 'GATEWAY_OPS_PORT', default: 18000, what: "gateway's metrics, health and faults" },
  checkoutOps: { env: 'CHECKOUT_OPS_PORT', default: 18001, what: "checkout's metrics, health and faults" },
  inventoryOps: { env: 'INVENTORY_OPS_PORT', default: 18002, what: "inventory's metrics, health and faults" },
  paymentOps: { env: 'PAYMENT_OPS_PORT', default: 18003, what: "payment's metrics, health and faults" },
  console: { env: 'CONSOLE_PORT', default: 8080, what: "the lab's page" },
  grafana: { env: 'GRAFANA_PORT', default: 3000, what: 'Grafana (docker runtime)' },
  jaeger: { env: 'JAEGER_PORT', default: 16686, what: 'Jaeger (docker runtime, TRACES=jaeger)' },
  loki: { env: 'LOKI_PORT', default: 3100, what: 'Loki API' },
  tempo: { env: 'TEMPO_PORT', default: 3200, what: 'Tempo API' },
  prometheus: { env: 'PROMETHEUS_PORT', default: 9090, what: 'Prometheus API' },
  tempoOtlpGrpc: { env: 'TEMPO_OTLP_GRPC_PORT', default: 14317, what: "Tempo's own OTLP receiver, gRPC" },
  tempoOtlpHttp: { env: 'TEMPO_OTLP_HTTP_PORT', default: 14318, what: "Tempo's own OTLP receiver, HTTP" },
  agentOtlpGrpc: { env: 'AGENT_OTLP_GRPC_PORT', default: 4317, what: "the agent's OTLP receiver, gRPC" },
  agentOtlpHttp: { env: 'AGENT_OTLP_HTTP_PORT', default: 4318, what: "the agent's OTLP receiver, HTTP" },
  agent: { env: 'AGENT_PORT', default: 12345, what: "the agent's own page and metrics" },
  nodeExporter: { env: 'NODE_EXPORTER_PORT', default: 9100, what: 'host metrics' },
  postgres: { env: 'POSTGRES_PORT', default: 0, what: 'Postgres (0: a free port is chosen)' },
} as const satisfies Record<string, PortDefinition>

export type PortName = keyof typeof PORTS

export const PORT_NAMES = Object.keys(PORTS).filter((name): name is PortName => name in PORTS)
