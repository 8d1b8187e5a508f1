// Binaries and unpacked packages, kept for the next run: a cold build of Loki takes ten minutes on 2 cores.
// The folder is the user's, not the clone's, because CI begins each run with a fresh clone.
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { acquireLock } from '../../../../scripts/bootstrap/lock.mjs'

const FOLDER = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'observability-playground/stand-ins')

/** Another process that makes the same thing is waited for. */
const LOCK_TIMEOUT_MS = 45 * 60_000

/** Answers the path of `name` with that key; `make` fills it, at a path of its own, when it is missing. */
export async function cached(name: string, key: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(FOLDER, `${name}-${key}`)
  if (existsSync(path)) return path
  await mkdir(FOLDER, { recursive: true })
  const release = await acquireLock(`${path}.lock`, { timeoutMs: LOCK_TIMEOUT_MS })
  try {
    if (existsSync(path)) return path
    const partial = `${path}.partial`
    await rm(partial, { recursive: true, force: true })
    await make(partial)
    await rename(partial, path)
    return path
  } finally {
    release()
  }
}
