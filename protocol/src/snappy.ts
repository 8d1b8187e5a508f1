/** Snappy's raw block format (https://github.com/google/snappy/blob/main/format_description.txt), as Loki push and remote write use it. */
import { compress, uncompress } from 'snappyjs'
import { ProtocolError } from './protocol-error.ts'

/**
 * Decodes one block.
 * @param maxBytes the length that the block declares is checked against it before anything is allocated, so a bomb costs nothing.
 * @throws ProtocolError when the block is malformed, `RangeError` when it declares more than `maxBytes`.
 */
export function snappyDecode(block: Uint8Array, maxBytes: number): Uint8Array {
  const declared = declaredLength(block)
  if (declared > maxBytes) throw new RangeError(`snappy block declares ${declared} bytes, the limit is ${maxBytes}`)
  try {
    return uncompress(block, maxBytes)
  } catch (cause) {
    throw new ProtocolError(
      `snappy: expected a raw block of ${declared} bytes, got corrupt input of ${block.length} bytes`,
      { cause },
    )
  }
}

export function snappyEncode(bytes: Uint8Array): Uint8Array {
  return compress(bytes)
}

function declaredLength(block: Uint8Array): number {
  let length = 0
  for (let index = 0; index < 5; index++) {
    const byte = block[index]
    if (byte === undefined) break
    length += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return length
  }
  throw new ProtocolError('snappy: expected a length of at most 5 bytes at byte 0')
}
