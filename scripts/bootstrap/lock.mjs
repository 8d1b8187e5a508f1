// A lock file between processes: two `npm run up` on one clone must not install or start things at the same time.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const POLL_MS = 50
// Creating the file and writing the pid into it are two steps; a file still empty after this was left by a crash between them.
const EMPTY_IS_STALE_MS = 5_000

/**
 * Takes `path` or waits for it. A lock whose owner is gone is taken over.
 * @param {string} path
 * @param {{ timeoutMs: number, onWait?: (ownerPid: string) => void }} options
 * @returns {Promise<() => void>} releases the lock
 */
export async function acquireLock(path, { timeoutMs, onWait }) {
  const deadline = Date.now() + timeoutMs
  let told = false
  mkdirSync(dirname(path), { recursive: true })
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = readOwner(path)
    if (owner !== undefined && isStale(path, owner)) {
      takeAway(path, owner)
      continue
    }
    if (!told && owner !== undefined) onWait?.(owner)
    told = true
    if (Date.now() > deadline) {
      throw new Error(
        `${path} is held by process ${owner || 'unknown'} for more than ${timeoutMs / 1000} s. Try: remove the file if that process is another program`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function readOwner(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function isStale(path, owner) {
  if (owner === '') return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > EMPTY_IS_STALE_MS
  try {
    process.kill(Number(owner), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

// Renaming is atomic, so of several waiters one gets the file; it may by then be somebody's fresh lock, which goes back.
function takeAway(path, staleOwner) {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if (readFileSync(aside, 'utf8') === staleOwner) rmSync(aside)
  else renameSync(aside, path)
}
