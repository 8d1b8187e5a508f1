// What a lab in Docker must do, whichever agent it runs. One file per agent calls it, so that each has a time limit of its own.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { asArray, asText, field, parseObject } from '../../scripts/lab/json.ts'
import { gatherEvidence } from '../../scripts/lab/proof/evidence.ts'
import { TIMEOUT_MESSAGE, missingOfCheckout } from '../../scripts/lab/proof/proof.ts'
import { ROOT } from '../../scripts/lab/settings.ts'
import { completion, provenTraceId } from '../lab-fixture.ts'
import { awaitNothing, deliveredLines, lostAndRepeated, lostOrders, lostSpans, writtenLines } from './acknowledged.ts'
import type { DockerLab } from './docker-lab.ts'
import { remainsOf, startDockerLab } from './docker-lab.ts'
import { skip } from './engine.ts'
import { loadAcrossKill } from './kill-under-load.ts'

/** An agent that was killed finds its files again after 5 s, and retries with growing pauses. */
const PATIENCE_MS = 120_000
/** Its container may have to wait for its turn on a busy machine, and each checkout too. */
const K6_TIMEOUT_MS = 240_000

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
        'RATE=1',
        '-e',
        'DURATION=5s',
        'k6',
      ]
      const { stdout, stderr } = await promisify(execFile)('docker', args, {
        cwd: ROOT,
        env: lab.env,
        timeout: K6_TIMEOUT_MS,
      })
      // All of them on a machine that has time; that the shop is fast is not what this is about.
      assert.match(stdout, /checks_succeeded\.*: (?!0\.00%)/, `${stdout}\n${stderr}`)
    })

    for (const victim of ['agent', 'loki']) {
      test(`${victim} is killed in the middle of a load: nothing that was acknowledged is lost or there twice`, async () => {
        const { sinceMs, answers, reported } = await loadAcrossKill(lab, victim)
        const written = await writtenLines(lab, answers)
        const delivered = () => deliveredLines(lab, answers, sinceMs)
        const differing = async () => lostAndRepeated(written, await delivered())
        assert.deepEqual(await awaitNothing(differing, PATIENCE_MS), [])
        assert.ok(reported.length > 20, `the agent has acknowledged ${reported.length} spans`)
        assert.deepEqual(await awaitNothing(() => lostSpans(lab.url('tempo'), reported), PATIENCE_MS), [])
        const orderIds = answers.map(({ orderId }) => orderId ?? 'an order without an id')
        assert.deepEqual(await lostOrders(lab, orderIds), [])

        // The same questions, of one that is missing.
        const [taken = ''] = written
        const all = await delivered()
        assert.deepEqual(lostAndRepeated(written, without(all, taken)), [`lost: ${taken}`])
        assert.deepEqual(lostAndRepeated(written, [...all, taken]), [`2 times: ${taken}`])
        const stranger = randomBytes(16).toString('hex')
        assert.deepEqual(await lostSpans(lab.url('tempo'), [stranger]), [stranger])
        const nobodys = randomUUID()
        assert.deepEqual(await lostOrders(lab, [...orderIds, nobodys]), [nobodys])
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

const without = (lines: string[], taken: string) => lines.filter((line) => line !== taken)
