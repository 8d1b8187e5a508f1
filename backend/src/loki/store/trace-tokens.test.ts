import assert from 'node:assert/strict'
import { it } from 'node:test'
import { traceTokens } from './trace-tokens.ts'

/** Fixed steps through lengths and places, around the multiples of 32 that are looked at. */
it('finds each run of 32 digits wherever it stands, and says of longer ones that they are there', () => {
  for (let before = 0; before < 70; before++) {
    for (let length = 28; length < 70; length++) {
      const run = 'a1'.repeat(40).slice(0, length)
      const tail = `${' '.repeat(before % 7)}${'b'.repeat(32)}`
      const line = `${'x'.repeat(before)}${run} ${tail}`
      const runs = line.match(/[0-9a-f]{32,}/g) ?? []
      const { ids, hasLongerRun } = traceTokens(line)
      assert.deepEqual(ids, [...new Set(runs.filter((text) => text.length === 32))], line)
      assert.equal(
        hasLongerRun,
        runs.some((text) => text.length > 32),
        line,
      )
    }
  }
})

it('takes capitals for no digits, as trace ids are written small', () => {
  assert.deepEqual(traceTokens('A'.repeat(32)).ids, [])
})
