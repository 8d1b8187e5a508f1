// What a start that cannot succeed says, and that it leaves nothing running.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isListening } from '../scripts/lab/machine/port-holder.ts'
import { PORT_NAMES } from '../scripts/lab/ports.ts'
import { isRunning, readRecords } from '../scripts/lab/runtime/embedded/processes/processes.ts'
import { HOST } from '../scripts/lab/settings.ts'
import { completion, prepareLab } from './lab-fixture.ts'
import type { LabFolder } from './lab-fixture.ts'

async function leftovers(lab: LabFolder): Promise<string[]> {
  const open = await Promise.all(
    PORT_NAMES.map(async (name) => (lab.ports[name] !== 0 && (await isListening(HOST, lab.ports[name])) ? [name] : [])),
  )
  const running = readRecords(join(lab.stateDir, 'run')).filter(isRunning)
  return [...open.flat(), ...running.map(({ name }) => `process of ${name}`)]
}

test('a busy port is named with the setting that moves it and the process that holds it', async () => {
  await using lab = await prepareLab()
  const squatter = createServer().listen(lab.ports.loki, HOST)
  await once(squatter, 'listening')
  try {
    const { exitCode, stderr } = await lab.run('up')
    assert.equal(exitCode, 1)
    assert.match(stderr, new RegExp(`port ${lab.ports.loki} for backend is busy`))
    assert.match(stderr, /LOKI_PORT moves this port/)
    if (process.platform === 'linux') assert.match(stderr, new RegExp(`process ${process.pid} `))
  } finally {
    squatter.close()
  }
  assert.deepEqual(await leftovers(lab), [])
})

test('a component that dies is named with its last lines, and everything that was started is stopped', async () => {
  await using lab = await prepareLab()
  const configuration = join(lab.stateDir, 'broken.yaml')
  writeFileSync(configuration, 'metrics:\n  wal_directory: /tmp\nlogz: {}\n')
  const { exitCode, stderr } = await lab.run('up', '--agent-config', configuration)
  assert.equal(exitCode, 1)
  assert.match(stderr, /agent is not ready: it ended with exit code 2/)
  assert.match(stderr, /logz/)
  assert.match(stderr, /Try: npm run logs -- agent/)
  assert.deepEqual(await leftovers(lab), [])
})

test('a start that fails again for another reason shows the lines of this start only', async () => {
  await using lab = await prepareLab()
  const configuration = join(lab.stateDir, 'broken.yaml')
  writeFileSync(configuration, 'firstfault: {}\n')
  const first = await lab.run('up', '--agent-config', configuration)
  assert.match(first.stderr, /\| .*firstfault/)
  writeFileSync(configuration, 'secondfault: {}\n')
  const second = await lab.run('up', '--agent-config', configuration)
  assert.match(second.stderr, /\| .*secondfault/)
  assert.doesNotMatch(second.stderr, /firstfault/)
})

test('Ctrl-C during the start stops what was started', async () => {
  await using lab = await prepareLab()
  const up = lab.spawn('up')
  const ended = completion(up)
  const deadline = Date.now() + 20_000
  while (readRecords(join(lab.stateDir, 'run')).length < 2 && Date.now() < deadline) await sleep(10)
  up.kill('SIGINT')
  const { exitCode, stderr } = await ended
  assert.equal(exitCode, 130)
  assert.match(stderr, /interrupted/)
  assert.deepEqual(await leftovers(lab), [])
})

test('a state directory that cannot be written is one clear line', async () => {
  await using lab = await prepareLab()
  const blocked = join(lab.stateDir, 'file')
  writeFileSync(blocked, '')
  lab.env['PLAYGROUND_DIR'] = join(blocked, 'state')
  try {
    const { exitCode, stderr } = await lab.run('up')
    assert.equal(exitCode, 1)
    assert.match(stderr, /state directory .* cannot be written/)
    assert.match(stderr, /Try: .*PLAYGROUND_DIR/)
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack')
  } finally {
    lab.env['PLAYGROUND_DIR'] = lab.stateDir
  }
})

test('a database that does not start is named, with what to try', async () => {
  await using lab = await prepareLab()
  // Where the folder of its data should be is a file.
  mkdirSync(join(lab.stateDir, 'data'))
  writeFileSync(join(lab.stateDir, 'data/postgres'), '')
  const { exitCode, stderr } = await lab.run('up')
  assert.equal(exitCode, 1)
  assert.match(stderr, /[Pp]ostgres|database/)
  assert.doesNotMatch(stderr, /\n\s+at .*\.ts:/, 'no stack')
  assert.deepEqual(await leftovers(lab), [])
})

test('wrong settings are all named at once, with exit code 2', async () => {
  await using lab = await prepareLab()
  const good = { ...lab.env }
  Object.assign(lab.env, { LOKI_PORT: 'three', TEMPO_PORT: '70000' })
  const { exitCode, stderr } = await lab.run('up')
  Object.assign(lab.env, good)
  assert.equal(exitCode, 2)
  assert.match(stderr, /LOKI_PORT: expected an integer from 0 to 65535, got "three"/)
  assert.match(stderr, /TEMPO_PORT: expected an integer from 0 to 65535, got "70000"/)
})

test('an unknown option is refused with a pointer to the help', async () => {
  await using lab = await prepareLab()
  const { exitCode, stderr } = await lab.run('up', '--imbedded')
  assert.equal(exitCode, 2)
  assert.match(stderr, /--imbedded/)
  assert.match(stderr, /npm run up -- --help/)
})
