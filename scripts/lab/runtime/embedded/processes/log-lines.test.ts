import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { followLines, lastLines } from './log-lines.ts'

function logFile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'playground-log-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'a.log')
}

test('the last lines of a file much longer than one read are found', (t) => {
  const path = logFile(t)
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${'ä'.repeat(i % 40)}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  assert.deepEqual(lastLines(path, 5_000), lines.slice(-5_000))
  assert.deepEqual(lastLines(path, 30_000), lines)
  assert.deepEqual(lastLines(path, 0), [])
})

test('following gives whole lines as they come, also after the file was truncated', async (t) => {
  const path = logFile(t)
  writeFileSync(path, 'old\n')
  const seen: string[] = []
  const stop = new AbortController()
  const following = followLines([{ name: 'a', path, fromByte: 4 }], stop.signal, (_name, text) => seen.push(text))
  const until = async (count: number) => {
    const deadline = Date.now() + 5_000
    while (seen.length < count && Date.now() < deadline) await sleep(20)
  }
  appendFileSync(path, 'new\nhal')
  await until(1)
  appendFileSync(path, 'f\n')
  await until(2)
  writeFileSync(path, 'x\n')
  await until(3)
  stop.abort()
  await following
  assert.deepEqual(seen, ['new', 'half', 'x'])
})
