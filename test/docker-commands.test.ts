// Commands on a lab in Docker that somebody else has started: found by its project's label, shown and stopped as any other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asArray, asText, field, parseObject } from '../scripts/lab/json.ts'
import { fakeDocker } from './fake-docker.ts'
import type { FakeContainer } from './fake-docker.ts'
import { prepareLab } from './lab-fixture.ts'

const HEALTHY = { state: 'running', description: 'Up 5 minutes (healthy)' }
const CONTAINERS: FakeContainer[] = [
  { service: 'gateway', ...HEALTHY, ports: { 8000: 28_000, 18_000: 38_000 } },
  { service: 'agent', ...HEALTHY, labels: { 'playground.agent': 'otelcol' }, logs: ['first line', 'last line'] },
  {
    service: 'loki',
    state: 'running',
    description: 'Up 5 minutes (unhealthy)',
    healthOutput: 'ready answered 503',
    ports: { 3100: 23_100 },
    labels: { 'com.docker.compose.depends_on': 'prepare:service_completed_successfully:false' },
  },
  { service: 'jaeger', state: 'exited', description: 'Exited (1) 2 minutes ago', exitCode: 1 },
  { service: 'prepare', state: 'exited', description: 'Exited (0) 5 minutes ago' },
]

test('a lab of `docker compose up` is found by its label: its ports, its agent, and the state of every component', async () => {
  await using docker = await fakeDocker({ engine: { containers: CONTAINERS } })
  await using lab = await prepareLab()
  Object.assign(lab.env, docker.env, { LAB_RUNTIME: undefined })
  const { exitCode, stdout } = await lab.run('status', '--json')
  const status = parseObject(stdout)
  assert.equal(exitCode, 1)
  assert.deepEqual(
    ['runtime', 'project', 'agent', 'traces', 'grafana', 'ready'].map((name) => status[name]),
    ['docker', 'fake', 'otelcol', 'jaeger', 'off', false],
  )
  const component = (name: string) => asArray(status['components']).find((one) => field(one, 'name') === name)
  assert.equal(field(component('gateway'), 'state'), 'ready')
  assert.deepEqual(field(component('gateway'), 'ports'), { gateway: 28_000, gatewayOps: 38_000 })
  assert.equal(field(component('loki'), 'state'), 'not ready')
  assert.match(asText(field(component('loki'), 'saw')), /unhealthy.*ready answered 503/)
  assert.equal(field(component('jaeger'), 'state'), 'dead')
  assert.equal(field(component('postgres'), 'state'), 'down', 'a container that was removed is missed')
  assert.equal(component('prepare'), undefined, 'what has done its work is no component')
  assert.equal(component('tempo'), undefined, 'Jaeger is in its place')
})

test('logs, checkout and down go to the lab in Docker, and down to nothing that is not its project', async () => {
  await using docker = await fakeDocker({
    engine: { containers: CONTAINERS },
    command: [{ arguments: ' down', stderr: ' Container fake-gateway-1  Stopped\n Container other-1  Stopped\n' }],
  })
  await using lab = await prepareLab()
  Object.assign(lab.env, docker.env, { LAB_RUNTIME: undefined })
  const agentLog = await lab.run('logs', 'agent')
  assert.equal(agentLog.stdout, 'first line\nlast line\n')
  const unknown = await lab.run('logs', 'backend')
  assert.equal(unknown.exitCode, 2)
  assert.match(unknown.stderr, /there is no component "backend"; there are: agent, gateway, jaeger, loki/)

  const checkout = await lab.run('checkout')
  assert.equal(checkout.exitCode, 1)
  assert.match(checkout.stderr, /the shop does not answer at http:\/\/127\.0\.0\.1:28000/)

  const down = await lab.run('down', '--volumes', '--json')
  assert.equal(down.exitCode, 0, down.stderr)
  assert.deepEqual(
    asArray(parseObject(down.stdout)['stopped']).map((one) => field(one, 'name')),
    ['gateway'],
  )
  assert.ok(docker.calls().includes('compose --project-name fake --progress plain down --volumes'))
})

test('a down that Compose refuses is an error that says how to look', async () => {
  await using docker = await fakeDocker({
    engine: { containers: CONTAINERS },
    command: [
      {
        arguments: ' down',
        stderr: 'Error response from daemon: network fake_default has active endpoints\n',
        exitCode: 1,
      },
    ],
  })
  const lab = await prepareLab()
  Object.assign(lab.env, docker.env, { LAB_RUNTIME: undefined })
  const { exitCode, stderr } = await lab.run('down')
  assert.equal(exitCode, 1)
  assert.match(stderr, /docker compose down failed: .*has active endpoints/)
  assert.match(stderr, /docker ps --filter label=com\.docker\.compose\.project=fake/)
  lab.env['LAB_RUNTIME'] = 'embedded'
  await lab[Symbol.asyncDispose]()
})
