import assert from 'node:assert/strict'
import { it } from 'node:test'
import { compileLabelPattern } from './label-pattern.ts'

/** As Loki 3.7.8 answers. */
for (const [pattern, passes, fails] of [
  ['err', [], ['error']],
  ['error|warn', ['error', 'warn'], ['errors', 'war']],
  ['rro.*', ['error'], ['warn']],
  ['.*war|ebu', ['warn', 'ebu'], ['debug']],
  ['rror.+', [], ['error']],
  ['(?i)ERR.*', ['an error'], ['warn']],
  ['', ['', 'anything'], []],
  ['[a-c]+', ['abc'], ['abcd']],
] as const) {
  it(`matches a label against ${JSON.stringify(pattern)} as Loki does`, () => {
    const test = compileLabelPattern(pattern)
    for (const value of passes) assert.equal(test(value), true, value)
    for (const value of fails) assert.equal(test(value), false, value)
  })
}
