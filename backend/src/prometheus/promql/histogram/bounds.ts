/** Schema of histograms whose bucket bounds are listed (converted classic histograms). */
export const CUSTOM_BUCKETS_SCHEMA = -53
export const MIN_SCHEMA = -4
export const MAX_SCHEMA = 8

export function isCustomSchema(schema: number): boolean {
  return schema === CUSTOM_BUCKETS_SCHEMA
}

/** Upper bound of a bucket: 2^(index / 2^schema), or what the list says. */
export function upperBound(schema: number, index: number, customValues: readonly number[]): number {
  if (isCustomSchema(schema)) {
    if (index < 0) return -Infinity
    return customValues[index] ?? Infinity
  }
  if (schema <= 0) return powerOfTwo(index * 2 ** -schema)
  const perPower = 2 ** schema
  const whole = Math.floor(index / perPower)
  const rest = index - whole * perPower
  return rest === 0 ? powerOfTwo(whole) : 2 ** (rest / perPower) * powerOfTwo(whole)
}

/** 2^1024 stands for the largest number, so that the last bucket has a finite bound. */
function powerOfTwo(exponent: number): number {
  return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent
}

/** Where a bucket goes when the resolution is reduced. */
export function indexInSchema(index: number, from: number, to: number): number {
  return Math.floor((index - 1) / 2 ** (from - to)) + 1
}

export function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((bound, i) => bound === b[i])
}

/** Bounds that both lists have; both are sorted. */
export function commonBounds(a: readonly number[], b: readonly number[]): number[] {
  const known = new Set(b)
  return a.filter((bound) => known.has(bound))
}
