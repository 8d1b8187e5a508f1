import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LabelPair, WriteSeries } from '@playground/protocol/remote-write'
import { IngestCounters } from './ingest-counters.ts'
import { WriteValidator } from './validate-write.ts'

const NOW = Date.UTC(2026, 10, 20)
const series = (
  labels: LabelPair[],
  samples: WriteSeries['samples'] = [{ timestampMs: NOW, value: 1 }],
): WriteSeries => ({
  labels,
  samples,
  histograms: [],
  exemplars: [],
})

function validate(...all: WriteSeries[]) {
  const counters = new IngestCounters()
  const result = new WriteValidator(counters, NOW, () => undefined).validate({ series: all, metadata: [] })
  return { ...result, counters }
}

const faults: readonly (readonly [string, LabelPair[], RegExp])[] = [
  ['without a name', [['a', 'b']], /__name__ is missing/],
  [
    'with an empty label name',
    [
      ['', 'x'],
      ['__name__', 'm'],
    ],
    /invalid label name ""/,
  ],
  [
    'with a label twice',
    [
      ['__name__', 'm'],
      ['a', '1'],
      ['a', '2'],
    ],
    /duplicate label name "a"/,
  ],
  [
    'with too many labels',
    Array.from({ length: 1_000_000 }, (_, i): LabelPair => [`l${i}`, 'x']),
    /1000000 labels, the limit is 1024/,
  ],
]

for (const [what, labels, reason] of faults) {
  test(`a series ${what} is refused and the rest of the request is kept`, () => {
    const { batch, reasons, counters } = validate(series(labels), series([['__name__', 'good']]))
    assert.equal(batch.series.length, 1)
    assert.match(reasons.join(), reason)
    assert.equal(counters.received, 2)
    assert.equal(counters.stored, 1)
  })
}

test('names may be any UTF-8', () => {
  assert.deepEqual(
    validate(
      series([
        ['__name__', 'größe in cm'],
        ['das label', 'x'],
      ]),
    ).reasons,
    [],
  )
})

test('samples before 1970 and more than a day ahead are refused, those between are kept', () => {
  const times = [-1, 0, NOW, NOW + 86_400_000, NOW + 86_400_001]
  const { batch, reasons } = validate(
    series(
      [['__name__', 'm']],
      times.map((timestampMs) => ({ timestampMs, value: 1 })),
    ),
  )
  assert.deepEqual(
    batch.series[0]?.samples.map(({ timestampMs }) => timestampMs),
    [0, NOW, NOW + 86_400_000],
  )
  assert.equal(reasons.length, 2)
  assert.match(reasons.join(), /out of bounds: timestamp -1 ms/)
})

test('a second value for a time is refused, the same value again is harmless', () => {
  const samples = [1, 1, 2].map((value) => ({ timestampMs: NOW, value }))
  const { batch, reasons } = validate(series([['__name__', 'm']], samples))
  assert.equal(batch.series[0]?.samples.length, 2)
  assert.match(reasons.join(), /duplicate sample for timestamp .* existing 1, new value 2/)
})
