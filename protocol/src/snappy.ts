/** Snappy's raw block format (https://github.com/google/snappy/blob/main/format_description.txt), as Loki push and remote write use it. */
import { compress } from 'snappyjs'
import { ProtocolError } from './protocol-error.ts'

// Three bytes of input make at most 64 of output (a copy with a two-byte offset), so a block that declares more is a lie.
const MAX_EXPANSION = 64 / 3
/** From this many bytes on `set` beats a loop (measured on Node 24: break-even between 24 and 48 bytes). */
const LONG_RUN = 32

/**
 * Decodes one block. Hand-written: snappyjs 0.7 steps back and never ends on a literal whose length has its top bit set, and takes a block
 * that ends early, or goes past the length it declares, for a good one.
 * @param maxBytes the length that the block declares is checked against it before anything is allocated, so a bomb costs nothing.
 * @throws ProtocolError when the block is malformed, `RangeError` when it declares more than `maxBytes`.
 */
export function snappyDecode(block: Uint8Array, maxBytes: number): Uint8Array {
  const { declared, start } = declaredLength(block)
  if (declared > maxBytes) throw new RangeError(`snappy block declares ${declared} bytes, the limit is ${maxBytes}`)
  if (declared > block.length * MAX_EXPANSION) {
    throw new ProtocolError(
      `snappy: expected a raw block of ${declared} bytes, got only ${block.length} bytes of input`,
    )
  }
  const out = new Uint8Array(declared)
  let at = start
  let written = 0
  const fail = (expected: string): never => {
    throw new ProtocolError(`snappy: expected ${expected} at byte ${at} of ${block.length}`)
  }
  while (at < block.length) {
    const tag = block[at] as number
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >>> 2
      const lengthBytes = short < 60 ? 0 : short - 59
      const length = (lengthBytes === 0 ? short : littleEndian(block, at + 1, lengthBytes)) + 1
      const from = at + 1 + lengthBytes
      if (from + length > block.length) fail('the rest of a literal')
      if (written + length > declared) fail(`a literal within the ${declared} bytes declared`)
      if (length < LONG_RUN) for (let i = 0; i < length; i++) out[written + i] = block[from + i] as number
      else out.set(block.subarray(from, from + length), written)
      written += length
      at = from + length
      continue
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const offsetBytes = kind === 3 ? 4 : kind
    if (at + offsetBytes >= block.length) fail('the rest of a copy')
    const low = block[at + 1] as number
    const offset =
      kind === 1
        ? ((tag >>> 5) << 8) | low
        : kind === 2
          ? low | ((block[at + 2] as number) << 8)
          : littleEndian(block, at + 1, 4)
    if (offset === 0 || offset > written) fail(`a copy from the ${written} bytes before it`)
    if (written + length > declared) fail(`a copy within the ${declared} bytes declared`)
    // Byte by byte, because source and target may overlap: that is how runs are written.
    for (let i = 0; i < length; i++) out[written + i] = out[written + i - offset] as number
    written += length
    at += 1 + offsetBytes
  }
  if (written !== declared) fail(`${declared - written} more bytes of output`)
  return out
}

export function snappyEncode(bytes: Uint8Array): Uint8Array {
  return compress(bytes)
}

/** Without shifts, which would make the top bit a sign. Bytes past the end count as 0: the caller checks the end. */
function littleEndian(block: Uint8Array, at: number, bytes: number): number {
  let value = 0
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (block[at + i] ?? 0)
  return value
}

function declaredLength(block: Uint8Array): { declared: number; start: number } {
  let declared = 0
  for (let index = 0; index < 5; index++) {
    const byte = block[index]
    if (byte === undefined) break
    declared += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { declared, start: index + 1 }
  }
  throw new ProtocolError('snappy: expected a length of at most 5 bytes at byte 0')
}
