/** Go's arithmetic where JavaScript's differs. */

/** JavaScript says NaN for 1 ** NaN and (-1) ** Infinity; IEEE 754 and Go say 1. */
export function goPow(base: number, exponent: number): number {
  if (base === 1) return 1
  if (base === -1 && (exponent === Infinity || exponent === -Infinity)) return 1
  return base ** exponent
}

export function goMod(dividend: number, divisor: number): number {
  return dividend % divisor
}
