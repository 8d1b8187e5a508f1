import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const main = join(import.meta.dirname, 'main.ts')
const limitBytes = 64 * 1024

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

test('a console whose disk is full serves all the same, and tells how much of its log went missing once there is space', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'console-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'stdout')
  // A file that has reached its limit is a full disk for one file (EFBIG in place of ENOSPC). `ulimit -f` counts blocks of 512 bytes.
  writeFileSync(file, '')
  truncateSync(file, limitBytes)
  const port = await freePort()
  const script = `ulimit -f ${limitBytes / 512} && exec "$0" "$1" >>"$FILE" 2>&1`
  const child = spawn('sh', ['-c', script, process.execPath, main], {
    env: { FILE: file, CONSOLE_PORT: String(port) },
    stdio: 'ignore',
  })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')

  const health = () =>
    fetch(`http://127.0.0.1:${port}/api/health`, { signal: AbortSignal.timeout(10_000) }).then(
      ({ status }) => status,
      String,
    )
  for (let tries = 0; (await health()) !== 200; tries++) {
    assert.ok(child.exitCode === null && tries < 200, `${await health()}; exit code ${child.exitCode}`)
    await sleep(100)
  }
  truncateSync(file, 0)
  child.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null])

  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') // prettier-ignore
  const [notice, stopping] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.equal(notice?.['msg'], 'log lines were lost: they could not be written')
  assert.ok(Number(notice['lines']) >= 1)
  assert.equal(stopping?.['msg'], 'stopping')
})
