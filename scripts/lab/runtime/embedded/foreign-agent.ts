// How a collector of the user's own is told its configuration: each family has its own flags, and the name tells the family.
import { basename } from 'node:path'
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import { HOST } from '../../settings.ts'
import { stateDirectory } from '../../state-directory.ts'

/** @throws LabError for a program of no known family without a configuration */
export function foreignAgentArguments(command: string, config: string | undefined, lab: LabDescription): string[] {
  const name = basename(command)
  if (/alloy/i.test(name)) return alloyArguments(config ?? 'agent/config.alloy', lab)
  if (/agent/i.test(name)) {
    // Its gRPC server, which nothing here uses, would be on 12346 in every lab.
    return [...staticModeArguments(config, lab), `-server.grpc.address=${HOST}:0`, '-disable-reporting']
  }
  // The OpenTelemetry Collector and its distributions; it has no flag for an address of its own.
  if (/otel|collector/i.test(name)) return collectorArguments(config)
  if (config !== undefined) return [`--config=${config}`]
  throw new LabError(`${name}: no agent of a known family, so there is no configuration for it`, {
    advice: 'name one with --agent-config; alloy, grafana-agent and otelcol (by these names) have one',
  })
}

/** What Grafana Agent and the built-in agent have in common. */
export function staticModeArguments(config: string | undefined, lab: LabDescription): string[] {
  return [
    `-config.file=${config ?? 'agent/grafana-agent.yaml'}`,
    '-config.expand-env',
    `-server.http.address=${HOST}:${lab.ports.agent}`,
  ]
}

/** A YAML file is one of Grafana Agent: Alloy runs that too, which is the first step of leaving it. */
function alloyArguments(config: string, lab: LabDescription): string[] {
  const isStatic = /\.ya?ml$/i.test(config)
  return [
    'run',
    config,
    ...(isStatic ? ['--config.format=static', '--config.extra-args=-config.expand-env'] : []),
    `--storage.path=${stateDirectory(lab.stateDir).agent}`,
    `--server.http.listen-addr=${HOST}:${lab.ports.agent}`,
    '--disable-reporting',
  ]
}

/**
 * Without the gate offsets are written before the lines are handed on, and `kill -9` loses up to 0.1 s of them (20 of 1280 in two kills).
 * A Collector without file_log does not know it and would not start: whose file it is chooses the flags, too.
 */
function collectorArguments(config: string | undefined): string[] {
  if (config !== undefined) return [`--config=${config}`]
  return ['--config=agent/otelcol.yaml', '--feature-gates=stanza.synchronousLogEmitter']
}
