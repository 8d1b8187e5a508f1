import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { acquireLock } from './lock.mjs'

function lockPath(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'playground-lock-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'a.lock')
}

test('the second one waits until the first has released, and is told who holds the lock', async (t) => {
  const path = lockPath(t)
  const release = await acquireLock(path, { timeoutMs: 1_000 })
  const waitedFor: string[] = []
  const second = acquireLock(path, { timeoutMs: 5_000, onWait: (pid) => waitedFor.push(pid) })
  await assert.rejects(acquireLock(path, { timeoutMs: 60 }), /is held by process/)
  release()
  const releaseSecond = await second
  releaseSecond()
  assert.deepEqual(waitedFor, [String(process.pid)])
})

test('the lock of a process that is gone is taken over', async (t) => {
  const path = lockPath(t)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(path, String(pid))
  const release = await acquireLock(path, { timeoutMs: 0 })
  release()
})
