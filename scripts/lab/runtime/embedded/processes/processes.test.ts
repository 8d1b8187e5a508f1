import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, memoryUse, processIdentity } from './process-identity.ts'
import {
  isRunning,
  lastOutput,
  readRecord,
  readRecords,
  rememberProcess,
  startProcess,
  stopProcess,
} from './processes.ts'

function runDirectory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'playground-processes-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const node = (name: string, source: string) => ({
  name,
  command: process.execPath,
  args: ['-e', source],
  env: process.env,
  cwd: tmpdir(),
})

const FOREVER = 'setInterval(() => {}, 1000); console.log("up")'

async function untilPrinted(run: string, name: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while (lastOutput(run, name, 1).length === 0 && Date.now() < deadline) await sleep(10)
}

test('a process runs with a pid file and its output in a file until it is stopped', async (t) => {
  const run = runDirectory(t)
  const { record } = await startProcess(run, node('one', FOREVER))
  await untilPrinted(run, 'one')
  assert.deepEqual(lastOutput(run, 'one', 5), ['up'])
  assert.deepEqual(readRecords(run), [record])
  assert.equal(isRunning(record), true)
  assert.ok((memoryUse(record.pid)?.rssBytes ?? 0) > 1_000_000)
  assert.equal(await stopProcess(run, record, { graceMs: 5_000 }), 'stopped')
  assert.equal(isRunning(record), false)
  assert.deepEqual(readRecords(run), [])
})

test('the output of a process is told from that of an earlier one of its name', async (t) => {
  const run = runDirectory(t)
  const first = await startProcess(run, node('again', 'console.log("first")'))
  await untilPrinted(run, 'again')
  const second = await startProcess(run, node('again', 'console.log("second")'))
  const deadline = Date.now() + 10_000
  while (second.exit() === undefined && Date.now() < deadline) await sleep(10)
  assert.deepEqual(lastOutput(run, 'again', 5, first.record.outputFromByte), ['first', 'second'])
  assert.deepEqual(lastOutput(run, 'again', 5, second.record.outputFromByte), ['second'])
})

test('one that ignores SIGTERM is killed after its grace, with what it started', async (t) => {
  const run = runDirectory(t)
  const source = `
    process.on('SIGTERM', () => {})
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const { record } = await startProcess(run, node('stubborn', source))
  await untilPrinted(run, 'stubborn')
  const childPid = Number(lastOutput(run, 'stubborn', 1)[0])
  const childIdentity = processIdentity(childPid)
  assert.ok(childIdentity !== undefined)
  assert.equal(await stopProcess(run, record, { graceMs: 200 }), 'killed')
  const deadline = Date.now() + 5_000
  while (isAlive(childPid, childIdentity) && Date.now() < deadline) await sleep(10)
  assert.equal(isAlive(childPid, childIdentity), false)
})

test('a process that now has the pid of another one is left alone', async (t) => {
  const run = runDirectory(t)
  const bystander = spawn(process.execPath, ['-e', FOREVER], { stdio: 'ignore' })
  t.after(() => bystander.kill('SIGKILL'))
  await once(bystander, 'spawn')
  const pid = bystander.pid ?? 0
  const record = {
    name: 'old',
    pid,
    identity: 'the start time of a process long gone',
    startedAtMs: 0,
    command: ['old'],
  }
  rememberProcess(run, record)
  assert.equal(isRunning(record), false)
  assert.equal(await stopProcess(run, record, { graceMs: 100 }), 'was not running')
  assert.equal(bystander.exitCode, null)
  assert.equal(bystander.signalCode, null)
  assert.notEqual(processIdentity(pid), undefined, 'the bystander lives')
  assert.equal(readRecord(run, 'old'), undefined)
})

test('the end of a process is told, and a program that is not there is one clear line', async (t) => {
  const run = runDirectory(t)
  const { exit } = await startProcess(run, node('brief', 'process.exit(7)'))
  const deadline = Date.now() + 10_000
  while (exit() === undefined && Date.now() < deadline) await sleep(10)
  assert.deepEqual(exit(), { code: 7, signal: null })
  await assert.rejects(
    startProcess(run, { ...node('none', ''), command: '/no/such/program' }),
    /none: \/no\/such\/program cannot be started: .*ENOENT/,
  )
})

test('a pid that no process has has no identity', () => {
  assert.equal(processIdentity(2 ** 30), undefined)
})
