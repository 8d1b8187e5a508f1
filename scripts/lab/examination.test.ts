import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { examine } from './examination.ts'
import { describeLab } from './lab-description.ts'
import { isListening } from './machine/port-holder.ts'
import { startProcess, stopProcess } from './runtime/embedded/processes/processes.ts'
import { HOST, readSettings } from './settings.ts'

async function portWithoutListener(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test("a port is the lab's own also when a child of its process listens, and foreign when a stranger does", async (t) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'playground-doctor-'))
  t.after(() => rmSync(stateDir, { recursive: true, force: true }))
  const run = join(stateDir, 'run')
  mkdirSync(run)
  const stranger = createServer().listen(0, HOST)
  await once(stranger, 'listening')
  t.after(() => stranger.close())
  const own = await portWithoutListener()
  const foreign = (stranger.address() as AddressInfo).port
  const settings = readSettings({
    env: { PLAYGROUND_DIR: stateDir, AGENT_PORT: String(own), LOKI_PORT: String(foreign) },
  })
  const lab = describeLab(settings, { memory: true, agentBin: undefined, agentConfig: undefined, ownDatabase: false })

  const { record } = await startProcess(run, {
    name: 'agent',
    command: '/bin/sh',
    args: ['-c', `"${process.execPath}" -e 'require("net").createServer().listen(${own}, "${HOST}")'; true`],
    env: process.env,
    cwd: stateDir,
  })
  t.after(() => stopProcess(run, record, { graceMs: 200 }))
  const deadline = Date.now() + 10_000
  while (!(await isListening(HOST, own)) && Date.now() < deadline) await sleep(20)

  const findings = await examine(lab)
  const about = (port: number) => findings.find(({ what }) => what === `port ${port}`)
  assert.match(about(own)?.found ?? '', /^held by this lab/)
  assert.equal(about(foreign)?.verdict, 'bad')
})
