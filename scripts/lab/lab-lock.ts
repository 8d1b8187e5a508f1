import { join } from 'node:path'
import { acquireLock } from '../bootstrap/lock.mjs'
import type { Output } from './command-line/output.ts'

/** Longer than a start that fails at its last deadline. */
const LOCK_TIMEOUT_MS = 120_000

/** One `up` or `down` at a time in a state directory: the other one waits. */
export async function withLabLock<T>(stateDir: string, out: Output, action: () => Promise<T>): Promise<T> {
  const release = await acquireLock(join(stateDir, 'run', 'lab.lock'), {
    timeoutMs: LOCK_TIMEOUT_MS,
    onWait: (pid) => out.progress(`waiting for process ${pid}, which starts or stops this lab`),
  })
  try {
    return await action()
  } finally {
    release()
  }
}
