import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Span } from '@playground/protocol/otlp/traces'
import type { Arrival } from '../backends/arrival.ts'
import type { ReceivedRequest } from '../backends/receiver.ts'
import { fault } from '../faults/fault.ts'
import { spanAt, type Placed } from '../workload/trace.ts'
import { workload } from '../workload/workload.ts'
import { reportOf, type TrackReport } from './delivery-report.ts'
import { Ledger } from './ledger.ts'
import { settle } from './settle.ts'

const sent = workload({ seed: 3, traces: 4, spansPerTrace: 5 })

function ledgerWithSpans(): Ledger {
  const ledger = new Ledger(sent)
  for (let seq = 0; seq < 20; seq++) {
    ledger.tracks.spans.generated(seq, performance.now())
    ledger.tracks.spans.acknowledged(seq)
  }
  return ledger
}

const span = (seq: number, change: (span: Span) => Span = (same) => same): Arrival => {
  const placed: Placed<Span> = spanAt(sent, seq)
  return { kind: 'span', placed: { ...placed, item: change(placed.item) } }
}

const request = (arrivals: Arrival[], rest: Partial<ReceivedRequest> = {}): ReceivedRequest => ({
  receiver: 'traces',
  kind: 'otlp-traces',
  atMs: performance.now(),
  number: 1,
  arrivals,
  headers: {},
  sizeBytes: 0,
  fault: undefined,
  accepted: true,
  ...rest,
})

const spansOf = (ledger: Ledger): TrackReport => {
  const [track] = reportOf(ledger).tracks
  assert.ok(track)
  return track
}

const all = (): Arrival[] => Array.from({ length: 20 }, (_, seq) => span(seq))

test('a loss and a duplicate are two findings, though the count is right', () => {
  const ledger = ledgerWithSpans()
  ledger.take(request([...all().slice(1), span(7)]))
  const { received, lost, duplicated, findings } = spansOf(ledger)
  assert.deepEqual({ received, lost, duplicated }, { received: 19, lost: 1, duplicated: 1 })
  assert.deepEqual(
    findings.map(({ kind, seq }) => [kind, seq]),
    [
      ['lost', 0],
      ['duplicated', 7],
    ],
  )
  assert.equal(ledger.outstanding, 1)
})

test('an item that was only in requests the backend refused was lost between collector and backend, another in the collector', () => {
  const ledger = ledgerWithSpans()
  ledger.take(request([span(0)], { accepted: false, fault: fault.unavailable() }))
  ledger.take(request(all().slice(2)))
  const [first, second] = spansOf(ledger).findings
  assert.match(first?.hop ?? '', /^between collector and backend/)
  assert.match(second?.hop ?? '', /^in the collector/)
  assert.deepEqual(reportOf(ledger).outcomes, { 'traces: answered 503 (gRPC code 14)': 1, 'traces: taken': 1 })
})

test('a changed value is found by path, with what was sent and what arrived', () => {
  const ledger = ledgerWithSpans()
  ledger.take(
    request([
      span(4, (item) => ({
        ...item,
        attributes: item.attributes.map((one) =>
          one.key === 'value.bool' ? { ...one, value: { kind: 'string', value: 'true' } } : one,
        ),
      })),
    ]),
  )
  const { corrupted, corruptedFields } = spansOf(ledger)
  assert.equal(corrupted, 1)
  assert.deepEqual(Object.keys(corruptedFields), ['attributes.value.bool'])
  const [first] = corruptedFields['attributes.value.bool']?.first ?? []
  assert.equal(first?.got, 'string "true"')
  assert.match(first?.want ?? '', /^bool (true|false)$/)
})

test('attributes in another order are the same, one more is not', () => {
  const ledger = ledgerWithSpans()
  ledger.take(request([span(1, (item) => ({ ...item, attributes: item.attributes.toReversed() }))]))
  assert.equal(spansOf(ledger).corrupted, 0)
  ledger.take(
    request([
      span(2, (item) => ({
        ...item,
        attributes: [...item.attributes, { key: 'new', value: { kind: 'bool', value: true } }],
      })),
    ]),
  )
  assert.deepEqual(Object.keys(spansOf(ledger).corruptedFields), ['attributes.new'])
})

test('an item of this run that nobody sent is unexpected, one of another run is nobody’s business', () => {
  const ledger = new Ledger(sent)
  ledger.take(request([span(0)]))
  assert.equal(reportOf(ledger).unexpected.items, 1)
  ledger.take(request([{ kind: 'span', placed: spanAt({ ...sent, seed: 99 }, 0) }]))
  assert.equal(reportOf(ledger).unexpected.items, 1)
})

test('what was refused is not lost, and what came too late is late', () => {
  const ledger = new Ledger(sent)
  ledger.tracks.spans.generated(0, performance.now())
  ledger.tracks.spans.refused(0)
  ledger.tracks.spans.generated(1, performance.now() - 500)
  ledger.tracks.spans.acknowledged(1)
  ledger.take(request([span(1)]))
  const [track] = reportOf(ledger, { lateAfterMs: 400 }).tracks
  assert.deepEqual([track?.refused, track?.lost, track?.late], [1, 0, 1])
})

test('the wait ends on silence: complete after the quiet time, with a loss after the patience, and a late duplicate is still seen', async () => {
  const ledger = ledgerWithSpans()
  ledger.take(request(all()))
  setTimeout(() => ledger.take(request([span(3)])), 60)
  assert.equal(await settle(ledger, { quietMs: 400, patienceMs: 5000 }), 'complete')
  assert.equal(spansOf(ledger).duplicated, 1)

  const lossy = ledgerWithSpans()
  assert.equal(await settle(lossy, { quietMs: 10, patienceMs: 100 }), 'silent')
})
