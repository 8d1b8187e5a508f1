import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineSplitter, type SplitLine } from './line-splitter.ts'

const texts = (lines: Iterable<SplitLine>): string[] => [...lines].map((line) => line.text)

test('a line waits for its newline across chunks, and a CR before it goes', () => {
  const splitter = new LineSplitter(0, 100)
  assert.deepEqual(texts(splitter.push(Buffer.from('one\r\ntw'))), ['one'])
  assert.deepEqual(texts(splitter.push(Buffer.from('o\r'))), [])
  assert.deepEqual(texts(splitter.push(Buffer.from('\n\nx'))), ['two', ''])
  assert.equal(splitter.end()?.text, 'x')
})

test('offsets are those of the file', () => {
  const splitter = new LineSplitter(10, 100)
  const lines = [...splitter.push(Buffer.from('ab\r\nccc\nd'))]
  assert.deepEqual(
    lines.map((line) => [line.startOffset, line.endOffset]),
    [
      [10, 14],
      [14, 18],
    ],
  )
  assert.equal(splitter.offset, 19)
})

test('a multi-byte character cut by the chunk boundary is whole', () => {
  const splitter = new LineSplitter(0, 100)
  const bytes = Buffer.from('訂單\n')
  assert.deepEqual(texts(splitter.push(bytes.subarray(0, 4))), [])
  const [line] = [...splitter.push(bytes.subarray(4))]
  assert.deepEqual([line?.text, line?.isRepaired], ['訂單', false])
})

test('bytes that are not UTF-8 are replaced and reported', () => {
  const [line] = [...new LineSplitter(0, 100).push(Buffer.from([0x61, 0xff, 0x62, 0x0a]))]
  assert.deepEqual([line?.text, line?.isRepaired], ['a\uFFFDb', true])
})

test('a line beyond the limit is cut there, and the next one is whole', () => {
  const splitter = new LineSplitter(0, 4)
  const lines = [...splitter.push(Buffer.from('12345')), ...splitter.push(Buffer.from('6789\nok\n'))]
  assert.deepEqual(
    lines.map((line) => [line.text, line.isTruncated, line.endOffset]),
    [
      ['1234', true, 10],
      ['ok', false, 13],
    ],
  )
})
