import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { fault, type Fault } from '../faults/fault.ts'
import type { OtlpClient, SendOutcome } from '../senders/exchange.ts'
import { OtlpGrpcClient } from '../senders/otlp-grpc-client.ts'
import { OtlpHttpClient } from '../senders/otlp-http-client.ts'
import { spansOfTrace } from '../workload/trace.ts'
import { workload } from '../workload/workload.ts'
import { Receiver, type ReceivedRequest } from './receiver.ts'

const body = encodeTracesProto(spansOfTrace(workload({ seed: 1, traces: 1 }), 0))
const clients = {
  http: (receiver: Receiver, timeoutMs: number): OtlpClient =>
    new OtlpHttpClient(`http://127.0.0.1:${receiver.httpPort}`, timeoutMs),
  grpc: (receiver: Receiver, timeoutMs: number): OtlpClient =>
    new OtlpGrpcClient(`127.0.0.1:${receiver.grpcPort}`, timeoutMs),
}

for (const transport of ['http', 'grpc'] as const) {
  const exchange = async (
    given?: Fault,
    timeoutMs = 10_000,
  ): Promise<{ outcome: SendOutcome; seen: ReceivedRequest[] }> => {
    const seen: ReceivedRequest[] = []
    await using receiver = await Receiver.start({ name: 'traces', onRequest: (request) => seen.push(request) })
    if (given !== undefined) receiver.inject(given)
    using client = clients[transport](receiver, timeoutMs)
    return { outcome: await client.send('traces', body), seen }
  }

  test(`${transport}: a request is taken, decoded and acknowledged`, async () => {
    const { outcome, seen } = await exchange()
    assert.deepEqual(outcome, { kind: 'acknowledged', rejected: 0 })
    assert.deepEqual(
      seen.map(({ arrivals, accepted }) => [arrivals.length, accepted]),
      [[5, true]],
    )
  })

  const refusals: readonly [name: string, given: Fault, reason: RegExp, accepted: boolean][] = [
    ['503', fault.unavailable(), /503|code 14/, false],
    ['429', fault.throttled({ retryAfterMs: 2000 }), /429|code 8/, false],
    ['400', fault.invalid(), /400|code 3/, false],
    ['413', fault.tooLarge(), /413|code 8/, false],
    ['reset', fault.reset, /hang up|ECONNRESET|none|session|cancel/i, false],
    ['accept then reset', fault.acceptThenReset, /hang up|ECONNRESET|none|session|cancel/i, true],
    ['a truncated response', fault.truncatedResponse, /aborted|ECONNRESET|INTERNAL_ERROR|none/i, true],
  ]
  for (const [name, given, reason, accepted] of refusals) {
    test(`${transport}: ${name} is what the client sees, and what the ledger is told`, async () => {
      const { outcome, seen } = await exchange(given)
      assert.equal(outcome.kind, 'refused')
      assert.match(outcome.kind === 'refused' ? outcome.reason : '', reason)
      assert.deepEqual(
        seen.map((request) => request.accepted),
        [accepted],
      )
    })
  }

  test(`${transport}: a hang ends with the client's patience`, async () => {
    const { outcome } = await exchange(fault.hang, 300)
    assert.deepEqual(outcome, { kind: 'refused', reason: 'no answer within 300 ms' })
  })

  test(`${transport}: a partial success says how many were rejected`, async () => {
    const { outcome, seen } = await exchange(fault.partialSuccess(3))
    assert.deepEqual(outcome, { kind: 'acknowledged', rejected: 3 })
    assert.equal(seen[0]?.accepted, false)
  })

  test(`${transport}: a delay and slow reading take their time and then all is well`, async () => {
    const startedAtMs = performance.now()
    assert.equal((await exchange(fault.delay(200))).outcome.kind, 'acknowledged')
    assert.ok(performance.now() - startedAtMs >= 190)
    assert.equal((await exchange(fault.slowRead(100_000))).outcome.kind, 'acknowledged')
  })
}

test('Retry-After travels in seconds, and bytes that cannot be read are reported', async () => {
  const seen: ReceivedRequest[] = []
  await using receiver = await Receiver.start({ name: 'logs', onRequest: (request) => seen.push(request) })
  {
    using _ = receiver.inject(fault.throttled({ retryAfterMs: 1500 }))
    const response = await fetch(`http://127.0.0.1:${receiver.httpPort}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"streams":[]}',
    })
    assert.deepEqual([response.status, response.headers.get('retry-after')], [429, '2'])
  }
  const response = await fetch(`http://127.0.0.1:${receiver.httpPort}/v1/logs`, { method: 'POST', body: 'garbage' })
  assert.equal(response.status, 400)
  assert.match(seen.at(-1)?.unreadable ?? '', /expected/)
})

test('a receiver that goes away refuses connections and comes back on the same ports', async () => {
  await using receiver = await Receiver.start({ name: 'traces', onRequest: () => {} })
  const { httpPort, grpcPort } = receiver
  await receiver.goAway()
  await assert.rejects(fetch(`http://127.0.0.1:${httpPort}/v1/traces`))
  await receiver.listen()
  assert.deepEqual([receiver.httpPort, receiver.grpcPort], [httpPort, grpcPort])
  using client = clients.grpc(receiver, 5000)
  assert.equal((await client.send('traces', body)).kind, 'acknowledged')
})
