/** What docker-compose.yaml can be told besides ports: each value names a file it includes. */
export const AGENT_NAMES = ['alloy', 'grafana-agent', 'otelcol', 'builtin'] as const
export const TRACE_STORES = ['tempo', 'jaeger'] as const
export const GRAFANA_SWITCH = ['on', 'off'] as const

export type AgentName = (typeof AGENT_NAMES)[number]
export type TraceStore = (typeof TRACE_STORES)[number]
export type GrafanaSwitch = (typeof GRAFANA_SWITCH)[number]

/** AGENT, TRACES and GRAFANA. */
export interface DockerSettings {
  agent: AgentName
  traces: TraceStore
  grafana: GrafanaSwitch
}
