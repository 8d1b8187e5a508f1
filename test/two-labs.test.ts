import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatherEvidence } from '../scripts/lab/proof/evidence.ts'
import { isListening } from '../scripts/lab/machine/port-holder.ts'
import { PORT_NAMES } from '../scripts/lab/ports.ts'
import { HOST } from '../scripts/lab/settings.ts'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { provenTraceId, startLab } from './lab-fixture.ts'
import type { StartedLab } from './lab-fixture.ts'

const find = (lab: StartedLab, traceId: string) =>
  gatherEvidence(
    { loki: lab.url('loki'), tempo: lab.url('tempo'), prometheus: lab.url('prometheus') },
    { traceId, sinceMs: Date.now() - 600_000, exemplarSelector: '{__name__=~".+_bucket"}', metricQuery: undefined },
  )

test('two labs started at the same time work beside each other and keep their data apart; down leaves nothing', async () => {
  const starts = await Promise.allSettled([startLab('--memory'), startLab()])
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  try {
    const [first, second] = started
    assert.ok(first !== undefined && second !== undefined, starts.map(failureOf).join('\n'))
    const mine = await find(second, provenTraceId(second.up))
    assert.ok(mine.logs.length > 0 && mine.spans.length > 0 && mine.exemplars.length > 0)
    const foreign = await find(first, provenTraceId(second.up))
    assert.deepEqual([foreign.logs, foreign.spans, foreign.exemplars], [[], [], []])

    assert.equal((await first.run('down')).exitCode, 0)
    assert.deepEqual(await listening(first), [])
    assert.deepEqual(
      readdirSync(join(first.stateDir, 'run')).filter((file) => file.endsWith('.pid.json')),
      [],
    )
    const again = await first.run('down', '--json')
    assert.equal(again.exitCode, 0, 'a second down is harmless')
    assert.equal((await second.run('checkout')).exitCode, 0, 'the other lab goes on')
  } finally {
    for (const lab of started) await lab[Symbol.asyncDispose]()
  }
})

async function listening(lab: StartedLab): Promise<string[]> {
  const open = await Promise.all(
    PORT_NAMES.map(async (name) => (lab.ports[name] !== 0 && (await isListening(HOST, lab.ports[name])) ? [name] : [])),
  )
  return open.flat()
}

const failureOf = (start: PromiseSettledResult<StartedLab>) =>
  start.status === 'rejected' ? String(start.reason) : 'up'
