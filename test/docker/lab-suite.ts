// What a lab in Docker must do, whichever agent it runs. One file per agent calls it, so that each has a time limit of its own.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { asArray, asText, field, parseObject } from '../../scripts/lab/json.ts'
import { gatherEvidence } from '../../scripts/lab/proof/evidence.ts'
import { CHECKOUT_MESSAGE, TIMEOUT_MESSAGE, missingOfCheckout } from '../../scripts/lab/proof/proof.ts'
import type { CheckoutAnswer } from '../../scripts/lab/proof/shop-client.ts'
import { ROOT } from '../../scripts/lab/settings.ts'
import { completion, provenTraceId } from '../lab-fixture.ts'
import { awaitNothing, checkoutLines, sendCustomers, withoutTrace } from './customers.ts'
import type { DockerLab } from './docker-lab.ts'
import { remainsOf, startDockerLab } from './docker-lab.ts'
import { skip } from './engine.ts'

/** An agent that was killed finds its files again after 5 s, and retries with growing pauses. */
const PATIENCE_MS = 60_000
const LOAD_BEFORE_MS = 6_000
const AWAY_MS = 4_000
const LOAD_AFTER_MS = 4_000

export function describeLab(agent: string): void {
  describe(`a lab in Docker with AGENT=${agent}`, { skip }, () => {
    const docker = new Docker()
    let lab: DockerLab
    before(async () => {
      lab = await startDockerLab(docker, agent)
    })
    // The last test ends the lab; a failed one must not leave it.
    after(() => lab[Symbol.asyncDispose]())

    const stores = () => ({ loki: lab.url('loki'), tempo: lab.url('tempo'), prometheus: lab.url('prometheus') })
    const evidenceOf = (traceId: string) =>
      gatherEvidence(stores(), {
        traceId,
        sinceMs: Date.now() - 600_000,
        exemplarSelector: '{__name__=~".+_bucket"}',
        metricQuery: undefined,
      })

    test('up has found its checkout in logs, trace and metrics, and one that nobody sent is found nowhere', async () => {
      assert.equal(field(lab.up, 'proof', 'proven'), true)
      assert.deepEqual(missingOfCheckout(await evidenceOf(provenTraceId(lab.up))), [])
      const { logs, spans, exemplars } = await evidenceOf(randomBytes(16).toString('hex'))
      assert.deepEqual({ logs, spans, exemplars }, { logs: [], spans: [], exemplars: [] })
    })

    test('status shows every container ready, with its memory', async () => {
      const { exitCode, stdout } = await lab.run('status', '--json')
      assert.equal(exitCode, 0, stdout)
      const components = asArray(parseObject(stdout)['components'])
      const names = components.map((component) => asText(field(component, 'name')))
      for (const name of ['gateway', 'agent', 'loki', 'tempo', 'prometheus', 'postgres'])
        assert.ok(names.includes(name), name)
      for (const component of components) {
        assert.equal(field(component, 'state'), 'ready', JSON.stringify(component))
        assert.ok(Number(field(component, 'rssBytes')) > 0, JSON.stringify(component))
      }
    })

    test('the database timeout is seen in the answer and in all three stores, and heals', async () => {
      const on = await lab.run('fault', 'db-timeout', 'on', '--for', '60s', '--json')
      assert.equal(on.exitCode, 0, on.stderr + on.stdout)
      const proof = field(parseObject(on.stdout), 'proof')
      assert.equal(field(proof, 'status'), 503)
      assert.ok(asArray(field(proof, 'logs')).some((line) => asText(field(line, 'line')).includes(TIMEOUT_MESSAGE)))
      assert.ok(asArray(field(proof, 'spans')).some((span) => field(span, 'failed') === true))
      assert.equal((await lab.run('fault', 'db-timeout', 'off')).exitCode, 0)
      assert.equal((await lab.run('checkout')).exitCode, 0)
    })

    test('every link and query that Grafana is provisioned with works', async () => {
      const { exitCode, stdout, stderr } = await lab.run('links', '--json', '--timeout', '60')
      const links = asArray(parseObject(stdout)['links'])
      assert.deepEqual(
        links.filter((link) => field(link, 'verdict') === 'broken'),
        [],
        stderr,
      )
      assert.ok(links.length > 20, `${links.length} links\n${stderr}`)
      assert.equal(exitCode, 0, stderr)
    })

    test('k6 runs the load profile in its container', async () => {
      const args = [
        'compose',
        '--project-name',
        lab.project,
        '--profile',
        'k6',
        'run',
        '--rm',
        '-e',
        'RATE=5',
        '-e',
        'DURATION=5s',
        'k6',
      ]
      const { stdout, stderr } = await promisify(execFile)('docker', args, {
        cwd: ROOT,
        env: lab.env,
        timeout: 120_000,
      })
      assert.match(stdout, /checks_succeeded\W+100\.00%|checks\W+100\.00%/, `${stdout}\n${stderr}`)
    })

    for (const victim of ['agent', 'loki']) {
      test(`${victim} is killed in the middle of a load: every checkout's line arrives once, and spans that were taken are there`, async () => {
        const { sinceMs, safe, answers } = await loadAcrossKill(lab, victim)
        assert.ok(answers.length > 30, `only ${answers.length} checkouts were acknowledged`)
        const missingLines = async () => {
          const lines = await checkoutLines(lab.url('loki'), sinceMs)
          return answers.filter(({ traceId }) => !lines.has(traceId)).map(({ traceId }) => traceId)
        }
        assert.deepEqual(
          await awaitNothing(missingLines, PATIENCE_MS),
          [],
          `lines "${CHECKOUT_MESSAGE}" that never came`,
        )
        const repeated = [...(await checkoutLines(lab.url('loki'), sinceMs))].filter(([, count]) => count > 1)
        assert.deepEqual(repeated, [])
        assert.deepEqual(await awaitNothing(() => withoutTrace(lab.url('tempo'), safe), PATIENCE_MS), [])
      })
    }

    test('down leaves no container and no network but the data; with --volumes nothing', async () => {
      const { exitCode, stderr } = await lab.run('down')
      assert.equal(exitCode, 0, stderr)
      const { volumes, ...rest } = await lab.remains()
      assert.deepEqual(rest, { containers: [], networks: [] })
      assert.ok(volumes.length > 0, 'data survives down')
      assert.equal((await completion(lab.spawn('down', '--volumes'))).exitCode, 0)
      assert.deepEqual(await remainsOf(docker, lab.project), { containers: [], networks: [], volumes: [] })
    })
  })
}

interface LoadAcrossKill {
  sinceMs: number
  answers: CheckoutAnswer[]
  /** Whose spans have been taken by an agent that runs: all but those from shortly before the kill until it was back. */
  safe: CheckoutAnswer[]
}

/** SDKs hand their spans over every second, and to an agent that is away not at all: those were never acknowledged. */
const SPANS_UNDER_WAY_MS = 3_000

async function loadAcrossKill(lab: DockerLab, victim: string): Promise<LoadAcrossKill> {
  const container = await lab.container(victim)
  const sinceMs = Date.now()
  const customers = sendCustomers(lab.url('gateway'))
  await sleep(LOAD_BEFORE_MS)
  const killedAtMs = Date.now()
  await container.kill({ signal: 'SIGKILL' })
  assert.equal((await container.inspect()).State.Running, false)
  await sleep(AWAY_MS)
  await container.start()
  const backAtMs = await awaitHealthy(container)
  await sleep(LOAD_AFTER_MS)
  const answers = await customers.leave()
  const isSafe = ({ sentAtMs, durationMs }: CheckoutAnswer) =>
    victim !== 'agent' || sentAtMs + durationMs < killedAtMs - SPANS_UNDER_WAY_MS || sentAtMs > backAtMs
  return { sinceMs, answers, safe: answers.filter(isSafe) }
}

async function awaitHealthy(container: Docker.Container): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const { State } = await container.inspect()
    if (State.Health?.Status === 'healthy') return Date.now()
    if (performance.now() > deadline)
      assert.fail(`not healthy ${PATIENCE_MS} ms after its start: ${State.Health?.Status}`)
    await sleep(250)
  }
}
