import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, parseDuration, parseGoDuration } from './duration.ts'

test('durations are read with the units of Go and of Prometheus', () => {
  assert.equal(parseDuration('1.5s'), 1_500_000_000)
  assert.equal(parseDuration('1d12h'), 36 * 3600e9)
  assert.equal(parseDuration('35us'), 35_000)
  assert.equal(parseGoDuration('-2m0.5s'), -120_500_000_000)
  assert.equal(parseDuration('1x'), undefined)
  assert.equal(parseDuration('5'), undefined)
})

test('durations are written as Go writes them', () => {
  const written = [0, 1, 1500, 35_000, 1_500_000, 1_500_000_000, 120_500_000_000, 3_600_000_000_000, -1_000_000]
  assert.deepEqual(written.map(formatDuration), [
    '0s',
    '1ns',
    '1.5µs',
    '35µs',
    '1.5ms',
    '1.5s',
    '2m0.5s',
    '1h0m0s',
    '-1ms',
  ])
})
