import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The server that runs on `folder`, by its postmaster.pid (line 1: pid, line 4: port). A file whose pid is gone, or belongs to
 * another program by now, is what a killed server left: undefined.
 */
export function runningPostmaster(folder: string): { pid: number; port: number } | undefined {
  const lines = readLines(join(folder, 'postmaster.pid'))
  const pid = Number(lines[0])
  const port = Number(lines[3])
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port)) return undefined
  return commandOf(pid)?.includes(folder) ? { pid, port } : undefined
}

/**
 * Postgres itself clears the postmaster.pid of a killed server, after checking that none of its sessions is alive. Only when the
 * pid has gone to another program of the same user does it refuse to start, for ever.
 */
export function forgetReusedPid(folder: string): void {
  const file = join(folder, 'postmaster.pid')
  const command = commandOf(Number(readLines(file)[0]))
  if (command !== undefined && command !== '' && !command.includes('postgres')) rmSync(file)
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

/** The command line of a live process; a zombie has none. */
function commandOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    return readLines(`/proc/${pid}/cmdline`)[0]?.replaceAll('\0', ' ')
  }
  const { status, stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return status === 0 ? stdout : undefined
}
