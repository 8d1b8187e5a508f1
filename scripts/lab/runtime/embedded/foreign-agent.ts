// How a collector of the user's own is told its configuration: each family has its own flags, and the name tells the family.
import { basename } from 'node:path'
import type { LabDescription } from '../../lab-description.ts'
import { HOST } from '../../settings.ts'

export function foreignAgentArguments(command: string, config: string | undefined, lab: LabDescription): string[] {
  const address = `${HOST}:${lab.ports.agent}`
  const name = basename(command)
  if (/alloy/i.test(name)) return ['run', config ?? 'agent/config.alloy', `--server.http.listen-addr=${address}`]
  if (/agent/i.test(name)) {
    return [
      `-config.file=${config ?? 'agent/grafana-agent.yaml'}`,
      '-config.expand-env',
      `-server.http.address=${address}`,
    ]
  }
  // The OpenTelemetry Collector and its distributions; it has no flag for an address of its own.
  return [`--config=${config ?? 'agent/otelcol.yaml'}`]
}
