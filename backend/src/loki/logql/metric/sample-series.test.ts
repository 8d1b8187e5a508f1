import assert from 'node:assert/strict'
import { it } from 'node:test'
import { newBudget } from '../log-fixture.ts'
import { SampleSeries } from './sample-series.ts'

it('merges runs of any number into one, samples of one moment in the order they came', () => {
  for (let runs = 1; runs <= 7; runs++) {
    const series = new SampleSeries([])
    const expected: [number, number][] = []
    for (let run = 0; run < runs; run++) {
      for (let n = 0; n < 5 + run; n++) {
        series.add(n * 2 + (run % 3), run, newBudget())
        expected.push([n * 2 + (run % 3), run])
      }
    }
    series.sort()
    const got = Array.from({ length: series.count }, (_, at) => [series.times[at], series.values[at]])
    assert.deepEqual(
      got,
      expected.sort(([a], [b]) => a - b),
    )
  }
})
