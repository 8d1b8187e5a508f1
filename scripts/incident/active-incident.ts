// What an incident has done to a lab, on disk: whoever finds it there, after a crash or a kill, can undo it.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FaultStep } from '../../incidents/definition.ts'
import { asArray, asText, field, parseObject } from '../lab/json.ts'
import { ROOT } from '../lab/settings.ts'

export interface ActiveIncident {
  incident: string
  runId: string
  /** Of the command that runs it. */
  pid: number
  startedAtMs: number
  steps: FaultStep[]
}

export const incidentsDirectory = (stateDir: string) => join(stateDir, 'incidents')
const activeFile = (stateDir: string) => join(incidentsDirectory(stateDir), 'active.json')

/** Written aside and renamed: a reader sees a whole one or none. */
export function rememberActive(stateDir: string, active: ActiveIncident): void {
  const path = activeFile(stateDir)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, JSON.stringify(active))
  renameSync(`${path}.new`, path)
}

export function forgetActive(stateDir: string): void {
  rmSync(activeFile(stateDir), { force: true })
}

export function readActive(stateDir: string): ActiveIncident | undefined {
  const path = activeFile(stateDir)
  if (!existsSync(path)) return undefined
  const stored = parseObject(readFileSync(path, 'utf8'))
  return {
    incident: asText(stored['incident']),
    runId: asText(stored['runId']),
    pid: Number(stored['pid']),
    startedAtMs: Number(stored['startedAtMs']),
    steps: asArray(stored['steps']).filter(isStep),
  }
}

function isStep(value: unknown): value is FaultStep {
  const kind = asText(field(value, 'kind'))
  if (kind === 'switch') return asText(field(value, 'service')) !== '' && asText(field(value, 'name')) !== ''
  return ['stop', 'kill', 'pause'].includes(kind) && asText(field(value, 'component')) !== ''
}

export function isItsCommandAlive({ pid }: ActiveIncident): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/**
 * A switch in a service goes off by itself. For what is done to processes a detached command stands by: if this run is still
 * active when the time is over, whatever has become of its command, it is healed.
 */
export function standBy(stateDir: string, runId: string, afterSeconds: number): void {
  const script = join(ROOT, 'scripts/incident.ts')
  const child = spawn(process.execPath, [script, 'heal', '--after', `${afterSeconds}s`, '--run', runId], {
    cwd: ROOT,
    detached: true,
    stdio: 'ignore',
    // oxlint-disable-next-line node/no-process-env -- the same lab: its offset and ports come by the environment as well
    env: { ...process.env, PLAYGROUND_DIR: stateDir },
  })
  child.unref()
}
