import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ProtocolError } from './protocol-error.ts'
import { snappyDecode, snappyEncode } from './snappy.ts'

const MIB = 1024 * 1024
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Numbers that look random and are the same in every run. */
function* pseudoRandom(seed: number): Generator<number, never> {
  for (let state = seed; ; state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) yield (state >>> 16) & 0xff
}

describe('snappy blocks', () => {
  test('what is encoded is decoded, whatever its length and however well it compresses', () => {
    const noise = pseudoRandom(7)
    for (const length of [0, 1, 59, 60, 61, 64, 255, 256, 257, 4095, 65_535, 65_536, 300_000]) {
      for (const alphabet of [1, 2, 256]) {
        const bytes = Uint8Array.from({ length }, () => noise.next().value % alphabet)
        assert.deepEqual(snappyDecode(snappyEncode(bytes), MIB), bytes, `${length} bytes of ${alphabet} kinds`)
      }
    }
  })

  test('every kind of element of the format description is read', () => {
    // Literals of lengths in the tag and in one byte behind it; copies with offsets of 11, 16 and 32 bits, one of them a run.
    assert.equal(text(snappyDecode(Uint8Array.of(3, 2 << 2, 97, 98, 99), MIB)), 'abc')
    const long = Uint8Array.from([70, 60 << 2, 69, ...Array.from({ length: 70 }, () => 120)])
    assert.equal(text(snappyDecode(long, MIB)), 'x'.repeat(70))
    assert.equal(text(snappyDecode(Uint8Array.of(6, 1 << 2, 97, 98, 1, 2), MIB)), 'ababab')
    assert.equal(text(snappyDecode(Uint8Array.of(4, 1 << 2, 97, 98, (1 << 2) | 2, 2, 0), MIB)), 'abab')
    assert.equal(text(snappyDecode(Uint8Array.of(4, 0, 97, (2 << 2) | 3, 1, 0, 0, 0), MIB)), 'aaaa')
  })

  const malformed: [what: string, block: Uint8Array, reason: RegExp][] = [
    ['a literal whose length has its top bit set', Uint8Array.of(8, 63 << 2, 0xf0, 0xff, 0xff, 0xff, 1, 2), /the rest of a literal at byte 1 of 8/],
    ['a literal that the block cuts off', Uint8Array.of(8, 7 << 2, 1, 2), /the rest of a literal/],
    ['a length that the block cuts off', Uint8Array.of(8, 61 << 2, 1), /the rest of a literal/],
    ['a literal past the declared length', Uint8Array.of(1, 1 << 2, 1, 2), /within the 1 bytes declared/],
    ['a copy past the declared length', Uint8Array.of(2, 0, 97, 1, 1), /within the 2 bytes declared/],
    ['a copy from before the beginning', Uint8Array.of(8, 0, 97, 1, 2), /a copy from the 1 bytes before it/],
    ['a copy from nowhere', Uint8Array.of(8, 0, 97, 1, 0), /a copy from the 1 bytes before it/],
    ['a copy without its offset', Uint8Array.of(8, 0, 97, 1), /the rest of a copy/],
    ['a block that ends early', Uint8Array.of(8, 0, 97), /7 more bytes of output/],
    ['a length without an end', Uint8Array.of(0x80, 0x80), /a length of at most 5 bytes/],
    ['nothing', new Uint8Array(), /a length of at most 5 bytes/],
    ['a bomb: 50 MB declared by 5 bytes', Uint8Array.of(0x80, 0xe0, 0xf0, 0x17, 0), /got only 5 bytes of input/],
  ] // prettier-ignore
  for (const [what, block, reason] of malformed) {
    test(`${what} is refused with the reason`, () => {
      assert.throws(() => snappyDecode(block, 64 * MIB), { name: ProtocolError.name, message: reason })
    })
  }

  test('more than the limit is a RangeError before anything is decoded', () => {
    assert.throws(() => snappyDecode(snappyEncode(new Uint8Array(1001)), 1000), RangeError)
  })

  test('a good block with one byte changed gives bytes of the declared length or a ProtocolError, and always ends', () => {
    const noise = pseudoRandom(42)
    const good = snappyEncode(Uint8Array.from({ length: 2000 }, (_, i) => (i % 7 === 0 ? noise.next().value : i % 50)))
    let [decoded, refused] = [0, 0]
    for (let at = 2; at < good.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = good.slice()
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        try {
          assert.equal(snappyDecode(changed, MIB).length, 2000)
          decoded++
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error))
          refused++
        }
      }
    }
    assert.ok(decoded > 100 && refused > 100, `${decoded} decoded, ${refused} refused`)
  })
})
