/** A number that looks random and is a pure function of its arguments (murmur3's finalizer over each of them). 0..2^32-1. */
export function hash32(...parts: readonly number[]): number {
  let state = 0x9e3779b9
  for (const part of parts) {
    state = Math.imul(state ^ part, 0x85ebca6b)
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
    state ^= state >>> 16
  }
  return state >>> 0
}

export const hex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

/** 0 ≤ n < bound. */
export const below = (bound: number, ...parts: readonly number[]): number => hash32(...parts) % bound

export function pick<T>(from: readonly [T, ...T[]], ...parts: readonly number[]): T {
  return from[below(from.length, ...parts)] ?? from[0]
}
