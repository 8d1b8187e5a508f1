/**
 * Prometheus' staleness marker is one NaN among 2^52: bits 0x7ff0000000000002 (model/value/value.go). JavaScript does not promise to keep a
 * NaN's payload, so a marker travels as `stale: true` beside a NaN and becomes bits only on the wire.
 */
export const STALE_NAN_BITS = 0x7ff0000000000002n

export function isStaleNaN(bits: bigint): boolean {
  return bits === STALE_NAN_BITS
}
