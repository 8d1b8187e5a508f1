// The four agents of the lab, and where this machine has them: a variable names the binary, otherwise PATH is searched.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface KnownAgent {
  name: string
  /** Undefined: the built-in agent, which needs no binary. */
  variable?: string
  /** Names on PATH. */
  programs: string[]
  /** Other than the family's own file. */
  config?: string
  /** The one difference that its configuration cannot take away. */
  unavoidable?: RegExp
}

export const KNOWN_AGENTS: KnownAgent[] = [
  { name: 'builtin', programs: [] },
  { name: 'otelcol', variable: 'OTELCOL_BIN', programs: ['otelcol-contrib', 'otelcol'] },
  { name: 'alloy', variable: 'ALLOY_BIN', programs: ['alloy'] },
  { name: 'grafana-agent', variable: 'GRAFANA_AGENT_BIN', programs: ['grafana-agent'] },
  // The first step of leaving Grafana Agent: its file, run by its successor. Alloy moves a line by 1 ns when another of its stream has
  // the same time; config.alloy says that it is to keep it, which Grafana Agent's file has no word for.
  {
    name: 'alloy with grafana-agent.yaml',
    variable: 'ALLOY_BIN',
    programs: ['alloy'],
    config: 'agent/grafana-agent.yaml',
    unavoidable: /: time another than in the line should not be there$/,
  },
]

export function findAgent({ variable, programs }: KnownAgent, env: NodeJS.ProcessEnv): string | undefined {
  const named = variable === undefined ? undefined : env[variable]
  if (named !== undefined && named !== '') return named
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
