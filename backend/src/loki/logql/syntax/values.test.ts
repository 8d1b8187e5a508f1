import assert from 'node:assert/strict'
import { it } from 'node:test'
import { formatByteSize, parseByteSize } from './byte-size.ts'
import { formatGoDuration, formatPrometheusDuration, parseGoDuration, parseLogqlDuration } from './duration.ts'
import { formatGoFloat, formatPlainFloat, parseGoFloat } from './go-number.ts'
import { quoteGoString, unquoteGoString } from './go-string.ts'

it('reads durations in the spelling of Prometheus and of Go', () => {
  assert.equal(parseLogqlDuration('1h30m'), 5_400e9)
  assert.equal(parseLogqlDuration('1.5h'), 5_400e9)
  assert.equal(parseLogqlDuration('2d'), 172_800e9)
  assert.equal(parseLogqlDuration('5'), undefined)
  assert.equal(parseGoDuration('1.1s'), 1_100_000_000)
  assert.throws(() => parseGoDuration('3 s'), /unknown unit " s"/)
})

it('writes durations in both spellings', () => {
  assert.equal(formatPrometheusDuration(90_000e9), '25h')
  assert.equal(formatGoDuration(5_400e9), '1h30m0s')
  assert.equal(formatGoDuration(1_500e6), '1.5s')
})

it('tells decimal from binary sizes', () => {
  assert.equal(parseByteSize('1KB'), 1000)
  assert.equal(parseByteSize('1 KiB'), 1024)
  assert.equal(parseByteSize('1,500.5'), 1500)
  assert.throws(() => parseByteSize('5 parsecs'), /unhandled size name: parsecs/)
  assert.equal(formatByteSize(82_854_982), '83MB')
})

it('reads and writes floats as Go does', () => {
  assert.equal(parseGoFloat('0x1p-2'), 0.25)
  assert.equal(parseGoFloat('1_000'), 1000)
  assert.equal(parseGoFloat('0x10'), undefined)
  assert.equal(parseGoFloat('-Inf'), -Infinity)
  assert.equal(parseGoFloat(''), undefined)
  assert.equal(formatGoFloat(1e21), '1e+21')
  assert.equal(formatPlainFloat(1e21), '1000000000000000000000')
  assert.equal(formatPlainFloat(1e-7), '0.0000001')
})

it('joins escaped bytes into characters', () => {
  assert.equal(unquoteGoString(String.raw`"\xc3\xa4\u0041\n"`), 'äA\n')
  assert.throws(() => unquoteGoString(String.raw`"\q"`), /invalid syntax/)
  assert.equal(quoteGoString('a"b\u0001\n'), String.raw`"a\"b\x01\n"`)
})
