// Reads a Grafana Agent static-mode file: text → YAML → typed configuration, or every fault at once with line and column.
import { LineCounter, parseDocument } from 'yaml'
import { logsSchema } from './logs-schema.ts'
import { metricsSchema } from './metrics-schema.ts'
import { object, optional, Place, withDefault, type Fault, type Value } from './schema.ts'
import { serverSchema } from './server-schema.ts'
import { tracesSchema } from './traces-schema.ts'

const agentSchema = object(
  {
    server: withDefault(serverSchema, { log_level: 'info', log_format: undefined }),
    metrics: optional(metricsSchema),
    logs: optional(logsSchema),
    traces: optional(tracesSchema),
  },
  {
    unsupported: {
      integrations: 'scrape an exporter instead: agent/builtin/src/node-exporter serves host metrics on port 9100',
      agent_management: '',
      prometheus: 'the name before v0.24; write metrics',
      loki: 'the name before v0.24; write logs',
      tempo: 'the name before v0.24; write traces',
    },
  },
)

export type AgentConfig = Value<typeof agentSchema>

/** All faults of a file, one per line: `file:line:column: path: message`. */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Names must be unique within a signal: they name queues and positions files. */
function duplicateNames(config: AgentConfig): string[] {
  const faults: string[] = []
  for (const signal of ['metrics', 'logs', 'traces'] as const) {
    const seen = new Set<string>()
    for (const [i, { name }] of (config[signal]?.configs ?? []).entries()) {
      if (seen.has(name)) faults.push(`${signal}.configs[${i}].name: "${name}" is already the name of another entry`)
      seen.add(name)
    }
  }
  return faults
}

export interface ReadConfig {
  readonly config: AgentConfig
  readonly warnings: readonly string[]
}

export function readAgentConfig(text: string, file: string): ReadConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true })
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map((error) => `${place(error.pos[0])}: ${error.message.split('\n')[0]}`))
  }
  const faults: Fault[] = []
  const warnings: Fault[] = []
  const root = new Place(document, faults, warnings)
  const config = agentSchema.read(root.resolve(document.contents), root)
  const show = (fault: Fault): string =>
    `${place(fault.offset)}: ${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`
  if (config === undefined || faults.length > 0) {
    throw new ConfigError(faults.toSorted((a, b) => a.offset - b.offset).map(show))
  }
  const duplicates = duplicateNames(config)
  if (duplicates.length > 0) throw new ConfigError(duplicates.map((fault) => `${file}: ${fault}`))
  return { config, warnings: warnings.map(show) }
}
