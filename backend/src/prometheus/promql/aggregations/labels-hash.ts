import type { Labels } from '../../labels/labels.ts'

/**
 * Prometheus' hash of a label set: xxHash64 (seed 0) over each name and value with its length before it.
 * limit_ratio picks the same series as the real server only with the same hash.
 */
export function labelsHash(labels: Labels): bigint {
  const parts: Buffer[] = []
  for (const text of labels.flat) {
    const bytes = Buffer.from(text)
    parts.push(bytes.length < 255 ? Buffer.from([bytes.length]) : longLength(bytes.length), bytes)
  }
  return xxHash64(Buffer.concat(parts))
}

function longLength(length: number): Buffer {
  return Buffer.from([255, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff])
}

const MASK = 0xffff_ffff_ffff_ffffn
const P1 = 0x9e37_79b1_85eb_ca87n
const P2 = 0xc2b2_ae3d_27d4_eb4fn
const P3 = 0x1656_67b1_9e37_79f9n
const P4 = 0x85eb_ca77_c2b2_ae63n
const P5 = 0x27d4_eb2f_1656_67c5n

export function xxHash64(input: Buffer): bigint {
  let at = 0
  let hash: bigint
  if (input.length >= 32) {
    const lanes = [(P1 + P2) & MASK, P2, 0n, -P1 & MASK]
    for (; at + 32 <= input.length; at += 32) {
      for (const [i, lane] of lanes.entries()) lanes[i] = round(lane, input.readBigUInt64LE(at + 8 * i))
    }
    const [a = 0n, b = 0n, c = 0n, d = 0n] = lanes
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & MASK
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & MASK
  } else hash = P5
  hash = (hash + BigInt(input.length)) & MASK
  for (; at + 8 <= input.length; at += 8) {
    hash = (rotate(hash ^ round(0n, input.readBigUInt64LE(at)), 27n) * P1 + P4) & MASK
  }
  if (at + 4 <= input.length) {
    hash = (rotate(hash ^ ((BigInt(input.readUInt32LE(at)) * P1) & MASK), 23n) * P2 + P3) & MASK
    at += 4
  }
  for (; at < input.length; at++) hash = (rotate(hash ^ ((BigInt(input[at] ?? 0) * P5) & MASK), 11n) * P1) & MASK
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK
  return hash ^ (hash >> 32n)
}

function round(lane: bigint, value: bigint): bigint {
  return (rotate((lane + value * P2) & MASK, 31n) * P1) & MASK
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK
}
