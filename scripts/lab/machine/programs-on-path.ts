import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian installs Prometheus' node_exporter under another name than its makers do. */
const EXPORTER_NAMES = ['node_exporter', 'prometheus-node-exporter']

/** The exporter on PATH as a list of none or one: without it the built-in agent exports host metrics itself. */
export function nodeExporterOnPath(): string[] {
  return EXPORTER_NAMES.map(findOnPath)
    .filter((path) => path !== undefined)
    .slice(0, 1)
}

export function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((dir) => join(dir, name))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
