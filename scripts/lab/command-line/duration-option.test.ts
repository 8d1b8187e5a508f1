import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from './command.ts'
import { parseDurationOption } from './duration-option.ts'

test('a duration has a unit, and a plain number is seconds', () => {
  const seconds = ['40s', '40', '1.5m', '1h'].map((text) => parseDurationOption('--for', text, 3_600))
  assert.deepEqual(seconds, [40, 40, 90, 3_600])
})

test('what is no duration, none at all or too long is refused by the name of its option', () => {
  for (const text of ['', '0s', '-5s', '5 s', '5d', 'forever', '61m']) {
    assert.throws(
      () => parseDurationOption('--for', text, 3_600),
      (error) => error instanceof UsageError && error.message.startsWith('--for: expected a duration up to 1h'),
      text,
    )
  }
})
