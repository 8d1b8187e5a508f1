// Starts and ends the lab's processes. Each is a detached child with a pid file and an output file, so that nothing
// has to stay alive for the lab to live. Owns no knowledge of what a component is.
import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../../lab-error.ts'
import { lastLines } from './log-lines.ts'
import { isAlive, processIdentity } from './process-identity.ts'

const POLL_MS = 10
/** Only a process that waits for a device that never answers outlives SIGKILL. */
const KILL_TIMEOUT_MS = 5_000
/** Output files are not rotated while a process writes; a start with a longer one begins a new file. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024

export interface ProcessRecord {
  name: string
  pid: number
  identity: string
  startedAtMs: number
  command: string[]
  /** Where its output begins in the output file, which earlier processes of this name have written to as well. */
  outputFromByte?: number
}

export interface ProcessSpec {
  name: string
  command: string
  args: string[]
  env: Record<string, string | undefined>
  cwd: string
  uid?: number
  gid?: number
}

export interface StartedProcess {
  record: ProcessRecord
  /** How it ended, once it has. */
  exit: () => { code: number | null; signal: NodeJS.Signals | null } | undefined
}

const pidFile = (runDir: string, name: string) => join(runDir, `${name}.pid.json`)
export const outputFile = (runDir: string, name: string) => join(runDir, `${name}.log`)

export async function startProcess(runDir: string, spec: ProcessSpec): Promise<StartedProcess> {
  const output = outputFile(runDir, spec.name)
  if (existsSync(output) && statSync(output).size > MAX_OUTPUT_BYTES) renameSync(output, `${output}.1`)
  const outputFromByte = existsSync(output) ? statSync(output).size : 0
  const fd = openSync(output, 'a')
  let ended: ReturnType<StartedProcess['exit']>
  try {
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', fd, fd],
      ...(spec.uid !== undefined && { uid: spec.uid }),
      ...(spec.gid !== undefined && { gid: spec.gid }),
    })
    child.on('exit', (code, signal) => (ended = { code, signal }))
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('spawn', () => resolve(child.pid ?? 0))
    })
    child.unref()
    const record: ProcessRecord = {
      name: spec.name,
      pid,
      // Gone already: it will be reported as dead, and no other process can have this identity.
      identity: processIdentity(pid) ?? 'ended-at-once',
      startedAtMs: Date.now(),
      command: [spec.command, ...spec.args],
      outputFromByte,
    }
    rememberProcess(runDir, record)
    return { record, exit: () => ended }
  } catch (cause) {
    throw new LabError(
      `${spec.name}: ${spec.command} cannot be started: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        advice: 'npm run doctor',
      },
    )
  } finally {
    closeSync(fd)
  }
}

// Written aside and renamed: a `down` at the same moment reads a whole record or none.
export function rememberProcess(runDir: string, record: ProcessRecord): void {
  const path = pidFile(runDir, record.name)
  writeFileSync(`${path}.new`, JSON.stringify(record))
  renameSync(`${path}.new`, path)
}

export function forgetProcess(runDir: string, name: string): void {
  rmSync(pidFile(runDir, name), { force: true })
}

export function readRecord(runDir: string, name: string): ProcessRecord | undefined {
  const path = pidFile(runDir, name)
  if (!existsSync(path)) return undefined
  const record: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (isProcessRecord(record)) return record
  throw new LabError(`${path} is not a pid file`, { advice: `look at the file, then remove it` })
}

export function readRecords(runDir: string): ProcessRecord[] {
  if (!existsSync(runDir)) return []
  return readdirSync(runDir)
    .filter((file) => file.endsWith('.pid.json'))
    .map((file) => readRecord(runDir, file.slice(0, -'.pid.json'.length)))
    .filter((record) => record !== undefined)
}

export function isRunning(record: ProcessRecord): boolean {
  return isAlive(record.pid, record.identity)
}

function isProcessRecord(value: unknown): value is ProcessRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'identity' in value &&
    typeof value.identity === 'string' &&
    'startedAtMs' in value &&
    typeof value.startedAtMs === 'number' &&
    'command' in value &&
    Array.isArray(value.command) &&
    (!('outputFromByte' in value) || typeof value.outputFromByte === 'number')
  )
}

export type StopOutcome = 'stopped' | 'killed' | 'was not running'

export interface StopOptions {
  /** How long it may take to end by itself before it is killed. */
  graceMs: number
  signal?: NodeJS.Signals
}

/** Asks it to end, waits, and kills what is left of its process group. */
export async function stopProcess(runDir: string, record: ProcessRecord, options: StopOptions): Promise<StopOutcome> {
  const forget = () => forgetProcess(runDir, record.name)
  if (!isRunning(record)) {
    forget()
    return 'was not running'
  }
  send(record.pid, options.signal ?? 'SIGTERM')
  const deadline = Date.now() + options.graceMs
  while (isRunning(record) && Date.now() < deadline) await sleep(POLL_MS)
  const outcome = isRunning(record) ? 'killed' : 'stopped'
  // The child leads its own group (detached), so whatever it started and left behind goes with it.
  send(-record.pid, 'SIGKILL')
  const killDeadline = Date.now() + KILL_TIMEOUT_MS
  while (isRunning(record)) {
    if (Date.now() > killDeadline)
      throw new LabError(`${record.name} (pid ${record.pid}) does not end, not even by SIGKILL`)
    await sleep(POLL_MS)
  }
  forget()
  return outcome
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** The last lines a process printed; with `fromByte` only those behind it. */
export function lastOutput(runDir: string, name: string, count: number, fromByte = 0): string[] {
  const path = outputFile(runDir, name)
  if (!existsSync(path)) return []
  return lastLines(path, count, fromByte).filter(Boolean)
}
