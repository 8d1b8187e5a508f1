import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { awaitEvidence, gatherEvidence } from '../scripts/lab/proof/evidence.ts'
import type { Evidence } from '../scripts/lab/proof/evidence.ts'
import { asArray, asText, field, parseObject } from '../scripts/lab/json.ts'
import { missingOfCheckout } from '../scripts/lab/proof/proof.ts'
import { isAlive, processIdentity } from '../scripts/lab/runtime/embedded/processes/process-identity.ts'
import { sendCheckout } from '../scripts/lab/proof/shop-client.ts'
import { provenTraceId, startLab } from './lab-fixture.ts'
import type { StartedLab } from './lab-fixture.ts'

const EXEMPLARS = '{__name__=~".+_bucket"}'

describe('a lab whose processes are killed', () => {
  let lab: StartedLab
  before(async () => {
    lab = await startLab()
  })
  after(() => lab[Symbol.asyncDispose]())

  const query = (traceId: string) => ({
    traceId,
    sinceMs: Date.now() - 600_000,
    exemplarSelector: EXEMPLARS,
    metricQuery: undefined,
  })
  const stores = () => ({ loki: lab.url('loki'), tempo: lab.url('tempo'), prometheus: lab.url('prometheus') })

  test('a killed backend has everything it had acknowledged once up has started it again', async () => {
    const traceId = provenTraceId(lab.up)
    const before = await gatherEvidence(stores(), query(traceId))
    assert.deepEqual(missingOfCheckout(before), [])

    await kill(lab, 'backend')
    const status = await lab.run('status', '--json')
    assert.equal(status.exitCode, 1)
    assert.equal(stateOf(status.stdout, 'backend'), 'dead')

    const again = await lab.run('up', '--json')
    assert.equal(again.exitCode, 0, again.stderr)
    // More may have come in since; nothing of what was there may be missing, and nothing may be there twice.
    const found = identities(await gatherEvidence(stores(), query(traceId)))
    assert.deepEqual(
      identities(before).filter((item) => !found.includes(item)),
      [],
    )
    assert.equal(new Set(found).size, found.length)
  })

  test('what the shop did while the backend was away arrives when it is back', async () => {
    await kill(lab, 'backend')
    const answer = await sendCheckout(lab.url('gateway'))
    assert.equal(answer.status, 201)
    const askedAt = performance.now()
    const unproven = await lab.run('checkout')
    assert.equal(unproven.exitCode, 1)
    assert.match(
      unproven.stderr,
      /Loki does not answer at .*Prometheus does not answer at .*Try: npm run status, then npm run up/s,
    )
    assert.ok(performance.now() - askedAt < 10_000, 'it does not wait for a store that is not running')
    assert.equal((await lab.run('up', '--json')).exitCode, 0)
    const late = await awaitEvidence(
      stores(),
      query(answer.traceId),
      ({ logs, spans }) => missingLate({ logs, spans }),
      { timeoutMs: 15_000 },
    )
    assert.deepEqual(late.missing, [])
  })

  test('an agent that is killed goes on where it was: later lines arrive, earlier ones do not arrive twice', async () => {
    const first = await sendCheckout(lab.url('gateway'))
    const settled = await awaitEvidence(stores(), query(first.traceId), missingLate, { timeoutMs: 15_000 })
    assert.deepEqual(settled.missing, [])

    await kill(lab, 'agent')
    // No agent takes its spans, but its log lines are in a file.
    const second = await sendCheckout(lab.url('gateway'))
    assert.equal((await lab.run('up', '--json')).exitCode, 0)
    const caughtUp = await awaitEvidence(
      stores(),
      query(second.traceId),
      ({ logs }) => (logs.length > 0 ? [] : ['log lines']),
      { timeoutMs: 15_000 },
    )
    assert.deepEqual(caughtUp.missing, [])
    const afterwards = await gatherEvidence(stores(), query(first.traceId))
    assert.deepEqual(
      afterwards.logs.map(({ line }) => line),
      settled.logs.map(({ line }) => line),
    )
  })
})

const missingLate = ({ logs, spans }: Pick<Evidence, 'logs' | 'spans'>) => [
  ...(logs.length > 0 ? [] : ['log lines']),
  ...(new Set(spans.map(({ service }) => service)).size === 4 ? [] : ['spans of all four services']),
]

const identities = ({ logs, spans, exemplars }: Evidence) => [
  ...logs.map(({ line }) => line),
  ...spans.map(({ spanId }) => spanId),
  ...exemplars.map((exemplar) => JSON.stringify(exemplar)),
]

async function kill(lab: StartedLab, name: string): Promise<void> {
  const { stdout } = await lab.run('status', '--json')
  const component = asArray(parseObject(stdout)['components']).find((entry) => field(entry, 'name') === name)
  const pid = Number(field(component, 'pid'))
  const identity = processIdentity(pid)
  assert.ok(identity !== undefined, `${name} does not run`)
  process.kill(pid, 'SIGKILL')
  while (isAlive(pid, identity)) await new Promise((resolve) => setTimeout(resolve, 10))
}

function stateOf(json: string, name: string): string {
  const component = asArray(parseObject(json)['components']).find((entry) => field(entry, 'name') === name)
  return asText(field(component, 'state'))
}
