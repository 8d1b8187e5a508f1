/** The agents docker-compose.yaml can run, as the setting AGENT names them. */
export const AGENT_NAMES = ['alloy', 'grafana-agent', 'otelcol', 'builtin'] as const

export type AgentName = (typeof AGENT_NAMES)[number]
