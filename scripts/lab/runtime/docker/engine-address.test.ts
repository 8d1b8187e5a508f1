import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { engineAddress } from './engine-address.ts'

function dockerConfig(t: { after: (end: () => void) => void }, context: string, host: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'playground-docker-config-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const meta = join(dir, 'contexts/meta', createHash('sha256').update(context).digest('hex'))
  mkdirSync(meta, { recursive: true })
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ currentContext: context }))
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: context, Endpoints: { docker: { Host: host } } }))
  return dir
}

test('the engine is where DOCKER_HOST, else the context, else the default says', (t) => {
  const DOCKER_CONFIG = dockerConfig(t, 'colima', 'unix:///home/me/.colima/docker.sock')
  assert.deepEqual(engineAddress({ DOCKER_CONFIG }), { socketPath: '/home/me/.colima/docker.sock' })
  assert.deepEqual(engineAddress({ DOCKER_CONFIG, DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }), {
    socketPath: '/run/user/1000/docker.sock',
  })
  assert.deepEqual(engineAddress({ DOCKER_CONFIG, DOCKER_CONTEXT: 'default' }), { socketPath: '/var/run/docker.sock' })
  assert.deepEqual(engineAddress({ DOCKER_CONFIG: '/nonexistent', DOCKER_HOST: 'tcp://127.0.0.1:2375' }), {
    host: '127.0.0.1',
    port: 2375,
  })
})

test('an engine whose loopback is not ours cannot be used, and neither can one behind TLS', () => {
  for (const DOCKER_HOST of ['ssh://me@host', 'tcp://10.0.0.7:2375', 'nonsense'])
    assert.match(JSON.stringify(engineAddress({ DOCKER_HOST })), /is not on this machine/)
  assert.match(
    JSON.stringify(engineAddress({ DOCKER_HOST: 'tcp://localhost:2376', DOCKER_TLS_VERIFY: '1' })),
    /neither a socket nor plain TCP/,
  )
})
