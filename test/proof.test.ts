import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { gatherEvidence, messageOf } from '../scripts/lab/proof/evidence.ts'
import { asArray, asText, asTextRecord, field, parseObject } from '../scripts/lab/json.ts'
import { CHECKOUT_MESSAGE, TIMEOUT_MESSAGE, missingOfCheckout } from '../scripts/lab/proof/proof.ts'
import { sendCheckout } from '../scripts/lab/proof/shop-client.ts'
import { queryInstant, queryLogs } from '../scripts/lab/proof/store-client.ts'
import { provenTraceId, startLab } from './lab-fixture.ts'
import type { StartedLab } from './lab-fixture.ts'

const EXEMPLARS = '{__name__=~".+_bucket"}'

describe('a lab that is up', () => {
  let lab: StartedLab
  before(async () => {
    lab = await startLab()
  })
  after(() => lab[Symbol.asyncDispose]())

  const stores = () => ({ loki: lab.url('loki'), tempo: lab.url('tempo'), prometheus: lab.url('prometheus') })
  const evidenceOf = (traceId: string) =>
    gatherEvidence(stores(), {
      traceId,
      sinceMs: Date.now() - 600_000,
      exemplarSelector: EXEMPLARS,
      metricQuery: undefined,
    })

  test('up has found its checkout in logs, trace and metrics', async () => {
    assert.equal(field(lab.up, 'proof', 'proven'), true)
    assert.deepEqual(missingOfCheckout(await evidenceOf(provenTraceId(lab.up))), [])
  })

  test('a trace id that nobody sent is found nowhere', async () => {
    const evidence = await evidenceOf(randomBytes(16).toString('hex'))
    assert.deepEqual(
      { logs: evidence.logs, spans: evidence.spans, exemplars: evidence.exemplars },
      { logs: [], spans: [], exemplars: [] },
    )
  })

  test('the checkout command proves another checkout and says where to look', async () => {
    const { exitCode, stdout } = await lab.run('checkout', '--json')
    assert.equal(exitCode, 0)
    const proof = parseObject(stdout)
    assert.equal(proof['status'], 201)
    assert.notEqual(proof['traceId'], provenTraceId(lab.up))
    const links = asTextRecord(proof['links'])
    assert.deepEqual(Object.keys(links).toSorted(), ['console', 'logs', 'metric', 'trace'])
    for (const link of Object.values(links)) assert.equal((await fetch(link)).status, 200, link)
  })

  test('a service has the same name in all three signals', async () => {
    const { logs, spans } = await evidenceOf(provenTraceId(lab.up))
    const samples = await queryInstant(
      lab.url('prometheus'),
      'count by (service_name) (http_server_request_duration_seconds_count)',
    )
    const inTraces = new Set(spans.map(({ service }) => service))
    const inLogs = new Set(logs.map(({ labels }) => labels['service_name'] ?? ''))
    const inMetrics = new Set(samples.map(({ labels }) => labels['service_name'] ?? ''))
    assert.deepEqual([...inTraces].toSorted(), ['checkout', 'gateway', 'inventory', 'payment'])
    assert.deepEqual([...inMetrics].toSorted(), [...inTraces].toSorted())
    assert.ok(inLogs.size > 0)
    assert.deepEqual(
      [...inLogs].filter((name) => !inTraces.has(name)),
      [],
    )
  })

  test('log lines carry the ids of spans that are in the trace', async () => {
    const { logs, spans } = await evidenceOf(provenTraceId(lab.up))
    const known = new Set(spans.map(({ spanId }) => spanId))
    const ids = logs.map(({ line }) => asText(parseObject(line)['span_id']))
    assert.ok(ids.length > 0)
    assert.deepEqual(
      ids.filter((id) => !known.has(id)),
      [],
    )
  })

  test('without the fault no checkout meets a timeout', async () => {
    const sinceMs = Date.now() - 1_000
    const answer = await sendCheckout(lab.url('gateway'))
    assert.equal(answer.status, 201)
    const lines = await queryLogs(lab.url('loki'), `{service_name=~".+"} |= "${TIMEOUT_MESSAGE}"`, sinceMs)
    assert.deepEqual(lines.map(messageOf), [])
  })

  test('the database timeout is seen in the answer and in all three stores, and heals when the fault is lifted', async () => {
    const on = await lab.run('fault', 'db-timeout', 'on', '--for', '60s', '--json')
    assert.equal(on.exitCode, 0, on.stderr + on.stdout)
    const proof = field(parseObject(on.stdout), 'proof')
    assert.equal(field(proof, 'status'), 503)
    const spans = asArray(field(proof, 'spans'))
    assert.ok(
      spans.some((span) => field(span, 'failed') === true && asArray(field(span, 'events')).includes('exception')),
    )
    assert.ok(asArray(field(proof, 'logs')).some((line) => asText(field(line, 'line')).includes(TIMEOUT_MESSAGE)))

    const upAgain = await lab.run('up')
    assert.equal(upAgain.exitCode, 1)
    assert.match(
      upAgain.stderr,
      /the fault db-timeout of inventory is on until .*\nTry: npm run fault -- db-timeout off/s,
    )
    const refused = await lab.run('checkout')
    assert.equal(refused.exitCode, 1)
    assert.match(
      refused.stdout,
      /checkout\s+503 .*\ntrace id\s+[0-9a-f]{32}\nlogs\s+[1-9].*\n(.*\n)*trace\s+[1-9]\d* spans/,
    )
    assert.match(
      refused.stderr,
      /^MISSING\s+the shop answered 503 instead of 201.*\nthe fault db-timeout of inventory is on/,
    )
    const state = parseObject((await lab.run('status', '--json')).stdout)
    assert.equal(field(asArray(state['faults'])[0], 'off'), 'npm run fault -- db-timeout off')

    const status = await lab.run('fault', 'db-timeout', 'status', '--json')
    assert.notEqual(field(parseObject(status.stdout), 'fault', 'expiresAt'), undefined)
    assert.equal((await lab.run('fault', 'db-timeout', 'off')).exitCode, 0)
    assert.equal((await sendCheckout(lab.url('gateway'))).status, 201)
  })

  test('up once more changes nothing and proves another checkout', async () => {
    const before = await pids(lab)
    const again = await lab.run('up', '--json')
    assert.equal(again.exitCode, 0, again.stderr)
    assert.notEqual(provenTraceId(parseObject(again.stdout)), provenTraceId(lab.up))
    assert.deepEqual(await pids(lab), before)
  })

  test('the built-in load driver keeps its rate and reports percentiles', async () => {
    const { exitCode, stdout } = await lab.run(
      'load',
      '--driver',
      'builtin',
      '--rate',
      '10',
      '--duration',
      '2',
      '--json',
    )
    assert.equal(exitCode, 0)
    const summary = parseObject(stdout)
    assert.equal(summary['sent'], 20)
    assert.equal(field(summary, 'statuses', '201'), 20)
    assert.ok(Number(field(summary, 'latencyMs', 'p99')) >= Number(field(summary, 'latencyMs', 'p50')))
  })

  test('logs shows what a service wrote', async () => {
    const { exitCode, stdout } = await lab.run('logs', 'checkout', '-n', '200')
    assert.equal(exitCode, 0)
    assert.match(stdout, new RegExp(CHECKOUT_MESSAGE))
  })
})

async function pids(lab: StartedLab): Promise<unknown[]> {
  const { stdout } = await lab.run('status', '--json')
  return asArray(parseObject(stdout)['components']).map((component) => [
    field(component, 'name'),
    field(component, 'pid'),
  ])
}
