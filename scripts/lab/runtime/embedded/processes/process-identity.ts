// Which process a pid is: a pid is reused sooner or later, a pid together with its start time is not.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Opaque text that differs for every process that ever had this pid, or undefined when there is none (or only its zombie). */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid)
}

export function isAlive(pid: number, identity: string): boolean {
  return processIdentity(pid) === identity
}

function identityFromProc(pid: number): string | undefined {
  const fields = procStat(pid)
  // A container without an init never reaps orphans: a zombie holds nothing and must not count as running.
  if (fields === undefined || fields[0] === 'Z') return undefined
  return `${bootId()}:${fields[19]}`
}

/** Fields of /proc/PID/stat from the third (state) on: the second, the command in brackets, may itself hold spaces and brackets. */
function procStat(pid: number): string[] | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

let cachedBootId: string | undefined
function bootId(): string {
  // Start times count from boot, so after a restart of the machine another process could have the same one.
  cachedBootId ??= readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown-boot'
  return cachedBootId
}

function identityFromPs(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    }).trim()
    return started === '' ? undefined : started
  } catch {
    return undefined // ps exits 1 when there is no such process
  }
}

export interface MemoryUse {
  rssBytes: number
  /** Shared pages divided among those who share them; only Linux tells. */
  pssBytes: number | undefined
}

/** Memory of a process and of all its descendants: Postgres is a family. */
export function memoryUse(pid: number): MemoryUse | undefined {
  if (process.platform !== 'linux') return memoryFromPs(pid)
  let rssBytes = 0
  let pssBytes = 0
  for (const member of [pid, ...descendants(pid)]) {
    const rollup = readProc(`/proc/${member}/smaps_rollup`)
    if (rollup === undefined) continue
    rssBytes += kilobytes(rollup, 'Rss')
    pssBytes += kilobytes(rollup, 'Pss')
  }
  return rssBytes === 0 ? undefined : { rssBytes, pssBytes }
}

/** Linux counts processor time in hundredths of a second on every architecture Node runs on (USER_HZ). */
const TICK_MS = 10

/** Processor time a process and its descendants have used; only Linux tells. */
export function cpuTimeMs(pid: number): number | undefined {
  if (process.platform !== 'linux' || procStat(pid) === undefined) return undefined
  const ticks = [pid, ...descendants(pid)].map((member) => {
    const fields = procStat(member)
    return Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)
  })
  return ticks.reduce((sum, count) => sum + count, 0) * TICK_MS
}

function kilobytes(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) * 1024
}

export function descendants(pid: number): number[] {
  const children = (readProc(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendants(child)])
}

function memoryFromPs(pid: number): MemoryUse | undefined {
  try {
    const kib = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim())
    return { rssBytes: kib * 1024, pssBytes: undefined }
  } catch {
    return undefined
  }
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // the process has gone, or is another user's: both mean that nothing can be told
  }
}
