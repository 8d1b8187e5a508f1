import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ColumnReader, ColumnWriter } from './column-frame.ts'
import { StorageError } from './storage-error.ts'

function sampleFrame(): Uint8Array {
  return new ColumnWriter(7)
    .uint8('kind', Uint8Array.of(1, 2, 255))
    .uint16('port', Uint16Array.of(65_535))
    .uint32('ref', Uint32Array.of(0, 2 ** 32 - 1))
    .int32('delta', Int32Array.of(-5))
    .float64('value', Float64Array.of(1.5, -0, Infinity, NaN))
    .deltas('time', [1_795_168_800_000, 1_795_168_800_001, 0, -3, 2 ** 51, -(2 ** 51)])
    .strings('line', ['', 'plain', 'ümläut 漢字 😀', '', 'x'.repeat(100_000)])
    .bytes('blob', Uint8Array.of(9, 8))
    .strings('none', [])
    .finish()
}

test('columns come back as they were written, also from an odd offset', () => {
  const frame = sampleFrame()
  const shifted = new Uint8Array(frame.length + 3)
  shifted.set(frame, 3)
  for (const bytes of [frame, shifted.subarray(3)]) {
    const reader = new ColumnReader(bytes, 7)
    assert.deepEqual([...reader.uint8('kind')], [1, 2, 255])
    assert.deepEqual([...reader.uint16('port')], [65_535])
    assert.deepEqual([...reader.uint32('ref')], [0, 2 ** 32 - 1])
    assert.deepEqual([...reader.int32('delta')], [-5])
    assert.deepEqual([...reader.float64('value')], [1.5, -0, Infinity, NaN])
    assert.deepEqual([...reader.deltas('time')], [1_795_168_800_000, 1_795_168_800_001, 0, -3, 2 ** 51, -(2 ** 51)])
    assert.deepEqual(reader.strings('line'), ['', 'plain', 'ümläut 漢字 😀', '', 'x'.repeat(100_000)])
    assert.deepEqual([...reader.bytes('blob')], [9, 8])
    assert.deepEqual(reader.strings('none'), [])
    assert.equal(reader.has('absent'), false)
  }
})

test('a text is decoded by itself, without the others', () => {
  const texts = new ColumnReader(sampleFrame(), 7).byteStrings('line')
  assert.equal(texts.text(2), 'ümläut 漢字 😀')
  assert.equal(texts.bytes(1).toString(), 'plain')
  assert.equal(texts.joined.indexOf('漢字') > texts.start(2), true)
})

test('another layout, an absent column or a wrong kind is an error', () => {
  assert.throws(() => new ColumnReader(sampleFrame(), 8), /expected layout 8, found 7/)
  assert.throws(() => new ColumnReader(sampleFrame(), 7).uint32('absent'), /column absent is missing/)
  assert.throws(() => new ColumnReader(sampleFrame(), 7).uint32('kind'), /column kind is u8, expected u32/)
})

test('a frame cut anywhere or with any header byte changed is an error or reads as before, never a crash', () => {
  const frame = new ColumnWriter(1)
    .uint32('a', Uint32Array.of(1, 2, 3))
    .strings('b', ['x', 'yz'])
    .deltas('c', [5, 500, 50_000])
    .finish()
  const readAll = (bytes: Uint8Array): void => {
    try {
      const reader = new ColumnReader(bytes, 1)
      reader.uint32('a')
      reader.strings('b')
      reader.deltas('c')
    } catch (error) {
      assert.ok(error instanceof StorageError, String(error))
      assert.equal(error.code, 'STORAGE_CORRUPT')
    }
  }
  for (let length = 0; length < frame.length; length++) readAll(frame.slice(0, length))
  for (let position = 0; position < frame.length; position++) {
    for (const flip of [1, 0x80, 0xff]) {
      const damaged = frame.slice()
      damaged[position] = (damaged[position] ?? 0) ^ flip
      readAll(damaged)
    }
  }
})

test('deltas refuse what they cannot keep exactly', () => {
  assert.throws(() => new ColumnWriter(1).deltas('t', [0.5]), RangeError)
  assert.throws(() => new ColumnWriter(1).deltas('t', [2 ** 51 + 1]), RangeError)
})
