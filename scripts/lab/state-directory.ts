// Where a lab keeps what: data of the stores and Postgres, logs of the services, and what its processes are.
import { mkdirSync, statfsSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from './lab-error.ts'

export interface StateDirectory {
  root: string
  /** Stores and database. */
  data: string
  /** The services' JSON log files: the agent tails them. */
  logs: string
  /** A pid file and an output file for each process, and lab.json. */
  run: string
  /** The agent's write-ahead logs and positions. */
  agent: string
}

// Postgres alone writes 50 MB at initdb; with less than this the lab would die at its first checkpoint.
const NEEDED_BYTES = 256 * 1024 * 1024

export function stateDirectory(root: string): StateDirectory {
  return {
    root,
    data: join(root, 'data'),
    logs: join(root, 'logs'),
    run: join(root, 'run'),
    agent: join(root, 'agent'),
  }
}

export function prepareStateDirectory(state: StateDirectory): void {
  try {
    for (const dir of [state.root, state.data, state.logs, state.run, state.agent]) mkdirSync(dir, { recursive: true })
    // A state directory elsewhere in the repo (PLAYGROUND_DIR) is not in .gitignore by name.
    const ignore = join(state.root, '.gitignore')
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
  } catch (cause) {
    throw new LabError(`the state directory ${state.root} cannot be written: ${codeOf(cause)}`, {
      cause,
      advice: 'choose another one with PLAYGROUND_DIR, or make it writable',
    })
  }
  checkFreeSpace(state.root)
}

export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}

export function checkFreeSpace(dir: string, neededBytes = NEEDED_BYTES): void {
  const free = freeBytes(dir)
  if (free >= neededBytes) return
  const mib = (bytes: number) => `${Math.floor(bytes / 1024 / 1024)} MiB`
  throw new LabError(`no disk space: ${mib(free)} free where ${dir} is, the lab needs ${mib(neededBytes)}`, {
    advice: 'free some, choose another folder with PLAYGROUND_DIR, or forget old data with npm run down -- --volumes',
  })
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
}
