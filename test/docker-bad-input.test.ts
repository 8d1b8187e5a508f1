// What `up` says when Docker cannot do what it should: one clear message with what to try, and nothing left running unnamed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { asText } from '../scripts/lab/json.ts'
import { isListening } from '../scripts/lab/machine/port-holder.ts'
import { HOST, ROOT } from '../scripts/lab/settings.ts'
import { composeConfig, fakeDocker } from './fake-docker.ts'
import type { CommandRule, FakeDocker, FakeEngine } from './fake-docker.ts'
import { prepareLab } from './lab-fixture.ts'
import type { CommandResult, LabFolder } from './lab-fixture.ts'

const LAB = composeConfig({ loki: {}, agent: {} })

/** A lab whose commands meet this Docker, and are free to choose a runtime. */
async function labWith(docker: FakeDocker): Promise<LabFolder> {
  const lab = await prepareLab()
  Object.assign(lab.env, docker.env, { LAB_RUNTIME: undefined })
  return lab
}

async function upOn(setup: { engine?: FakeEngine; command?: CommandRule[] }, ...args: string[]) {
  await using docker = await fakeDocker(setup)
  await using lab = await labWith(docker)
  const result = await lab.run('up', ...(args.length === 0 ? ['--docker'] : args))
  return { ...result, calls: docker.calls() }
}

function assertRefused({ exitCode, stderr }: CommandResult, message: RegExp, advice: RegExp): void {
  assert.equal(exitCode, 1, stderr)
  assert.match(stderr, message)
  assert.match(stderr, advice)
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack')
}

test('a missing engine is one sentence with what to try', async () => {
  await using lab = await prepareLab()
  Object.assign(lab.env, { LAB_RUNTIME: undefined, DOCKER_HOST: `unix://${lab.stateDir}/nothing.sock` })
  assertRefused(await lab.run('up', '--docker'), /^up: no Docker engine answers$/m, /^Try: start Docker .*--embedded/m)
})

test('an engine that is not on this machine, or that hangs, is told from one that is missing', async () => {
  await using lab = await prepareLab()
  Object.assign(lab.env, { LAB_RUNTIME: undefined, DOCKER_HOST: 'ssh://me@build-machine' })
  assertRefused(await lab.run('up', '--docker'), /ssh:\/\/me@build-machine is not on this machine/, /--embedded/)
  const hanging = await upOn({ engine: { silent: true } })
  assertRefused(hanging, /accepts but does not answer within 3 s/, /restart Docker/)
})

test('no permission on the socket is said with the group that would give it', async () => {
  await using docker = await fakeDocker()
  chmodSync(docker.socket, 0o600)
  const source = `
    import { connectEngine } from '${ROOT}/scripts/lab/runtime/docker/engine.ts'
    await connectEngine().catch((error) => console.log(JSON.stringify([error.message, error.advice])))`
  // Root may use every socket, so it asks as somebody else, and everybody else takes the permission from himself.
  const isRoot = process.getuid?.() === 0
  if (isRoot) chmodSync(docker.socket.replace(/\/[^/]+$/, ''), 0o755)
  else chmodSync(docker.socket, 0)
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], DOCKER_HOST: `unix://${docker.socket}`, HOME: '/nonexistent' },
    encoding: 'utf8',
    ...(isRoot && { uid: 65_534, gid: 65_534 }),
  })
  assert.match(stdout, /no permission to use the Docker engine at .*docker\.sock/, stderr)
  assert.match(stdout, /usermod -aG docker/)
})

test('an engine or a compose plugin that is too old or missing is named with what is needed', async () => {
  assertRefused(
    await upOn({ engine: { apiVersion: '1.24' } }),
    /too old: it speaks API 1\.24, the lab needs 1\.41/,
    /20\.10/,
  )
  assertRefused(await upOn({ engine: { osType: 'windows' } }), /runs windows containers/, /with Linux containers/)
  const old = { arguments: 'compose version', stdout: '2.10.2' }
  assertRefused(
    await upOn({ command: [old] }),
    /docker compose is too old: 2\.10\.2, the lab needs 2\.20/,
    /the plugin/,
  )
  const none = { arguments: 'compose version', stderr: "docker: 'compose' is not a docker command.\n", exitCode: 1 }
  assertRefused(await upOn({ command: [none] }), /'compose' is not a docker command/, /install Docker Compose/)
})

test('too little memory is said in numbers', async () => {
  const result = await upOn({ engine: { memoryMib: 1_024 }, command: [LAB] })
  assertRefused(result, /Docker has 1024 MiB of memory, the lab needs 2048 MiB/, /Settings, Resources/)
  assert.ok(!result.calls.some((call) => call.includes(' up')))
})

test('a wrong AGENT or TRACES is refused before anything is asked of Docker', async () => {
  await using docker = await fakeDocker()
  await using lab = await labWith(docker)
  Object.assign(lab.env, { AGENT: 'aloy', TRACES: 'zipkin' })
  const { exitCode, stderr } = await lab.run('up')
  assert.equal(exitCode, 2)
  assert.match(stderr, /^up: AGENT: expected alloy, grafana-agent, otelcol or builtin, got "aloy"$/m)
  assert.match(stderr, /^up: TRACES: expected tempo or jaeger, got "zipkin"$/m)
  assert.deepEqual(docker.calls(), [])
  // The lab is disposed with `down`, which must work with good settings.
  Object.assign(lab.env, { AGENT: undefined, TRACES: undefined })
})

test('a compose file or .env that cannot be used is refused in the words of Compose', async () => {
  const broken = {
    arguments: ' config ',
    stderr: 'service "loki" has neither an image nor a build context\n',
    exitCode: 1,
  }
  assertRefused(await upOn({ command: [broken] }), /service "loki" has neither an image/, /git diff/)
})

test('a taken port is named with its holder and the setting that moves it', async () => {
  const squatter = createServer().listen(0, HOST)
  await once(squatter, 'listening')
  try {
    const address = squatter.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const result = await upOn({ command: [composeConfig({ loki: { ports: { 3100: port } } })] })
    assertRefused(result, new RegExp(`port ${port} for loki is busy: .*; LOKI_PORT moves this port`), /--port-offset/)
    assert.ok(!result.calls.some((call) => call.includes(' up')))
  } finally {
    squatter.close()
  }
})

test('a pull that fails names the image and the reason', async () => {
  const refused = {
    arguments: 'pull fake/agent:1',
    stderr:
      'Error response from daemon: Get "https://registry.test/v2/": dial tcp: lookup registry.test: no such host\n',
    exitCode: 1,
  }
  const result = await upOn({ engine: { images: ['fake/loki:1'] }, command: [refused, LAB] })
  assertRefused(
    result,
    /the image fake\/agent:1 is not there and cannot be pulled: Get .* no such host/,
    /docker login/,
  )
  assert.ok(!result.calls.some((call) => call === 'pull fake/loki:1'), 'what is there is not pulled')
})

test('without a registry the embedded runtime is chosen within seconds, and the one line says why', async () => {
  await using docker = await fakeDocker({
    engine: { images: [] },
    command: [{ arguments: 'pull', hangs: true }, LAB],
  })
  await using lab = await labWith(docker)
  const startedAt = performance.now()
  const up = lab.spawn('up')
  try {
    const line = await firstLine(up)
    assert.match(line, /^runtime: embedded \(the image fake\/\w+:1 is not there and cannot be pulled: .* within 6 s\)$/)
    assert.ok(performance.now() - startedAt < 20_000)
  } finally {
    up.kill('SIGINT')
    await once(up, 'close')
  }
  assert.equal(await isListening(HOST, lab.ports.loki), false)
})

async function firstLine(child: ReturnType<LabFolder['spawn']>): Promise<string> {
  let text = ''
  for await (const chunk of child.stderr ?? []) {
    text += asText(String(chunk))
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}

const RUNNING = { state: 'running', description: 'Up 3 seconds (healthy)' }

test('an unhealthy container is named with what its check saw and its last lines, and what was started is stopped', async () => {
  const loki = {
    service: 'loki',
    state: 'running',
    description: 'Up 2 minutes (unhealthy)',
    healthOutput: 'http://127.0.0.1:3100/ready answered 503: Ingester not ready',
    logs: ['level=info msg=starting', 'level=error msg="mkdir /loki/wal: permission denied"'],
  }
  const result = await upOn({ engine: { afterUp: [loki, { service: 'agent', ...RUNNING }] }, command: [LAB] })
  assertRefused(result, /loki is not ready: .*unhealthy.*Ingester not ready/, /^Try: npm run logs -- loki$/m)
  assert.match(result.stderr, /\| level=error msg="mkdir \/loki\/wal: permission denied"/)
  assert.ok(
    result.calls.some((call) => call.endsWith(' stop agent loki')),
    result.calls.join('\n'),
  )
})

test('a broken agent configuration shows the words of the agent that ends again and again', async () => {
  const agent = {
    service: 'agent',
    state: 'restarting',
    description: 'Restarting (1) 1 second ago',
    restartCount: 3,
    exitCode: 1,
    logs: ['Error: /etc/alloy/config.alloy:12:3: unrecognized attribute name "endpoit"'],
  }
  const result = await upOn({ engine: { afterUp: [agent, { service: 'loki', ...RUNNING }] }, command: [LAB] })
  assertRefused(result, /agent is not ready: it ends again and again, with exit code 1/, /npm run logs -- agent/)
  assert.match(result.stderr, /\| Error: .*unrecognized attribute name "endpoit"/)
})

test('a container that has done its work since it was listed is not one that failed', async () => {
  const prepare = { service: 'prepare', state: 'running', stateSince: 'exited', description: 'Up Less than a second' }
  const labels = { 'com.docker.compose.depends_on': 'prepare:service_completed_successfully:false' }
  const tempo = { service: 'tempo', state: 'exited', description: 'Exited (2) 1 second ago', exitCode: 2, labels }
  const result = await upOn({ engine: { afterUp: [prepare, tempo] }, command: [LAB] })
  assertRefused(result, /tempo is not ready: it ended with exit code 2/, /npm run logs -- tempo/)
  assert.doesNotMatch(result.stderr, /prepare is not ready/)
})

test('what ran before is not stopped when a start fails', async () => {
  const loki = { service: 'loki', ...RUNNING }
  const agent = { service: 'agent', state: 'exited', description: 'Exited (2) 1 second ago', exitCode: 2 }
  const result = await upOn({ engine: { containers: [loki], afterUp: [agent] }, command: [LAB] })
  assertRefused(result, /agent is not ready: it ended with exit code 2/, /npm run logs -- agent/)
  assert.ok(
    result.calls.some((call) => call.endsWith(' stop agent')),
    result.calls.join('\n'),
  )
})

test('options that only processes can honour are refused in Docker', async () => {
  const result = await upOn({ command: [LAB] }, '--docker', '--memory')
  assertRefused(result, /--memory: only the embedded runtime has this/, /--embedded/)
})
