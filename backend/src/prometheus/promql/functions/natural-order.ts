import { compareText } from '../../labels/labels.ts'

/** "node2" before "node10": runs of digits compare as numbers, everything else as text. */
export function naturalLess(a: string, b: string): boolean {
  const x = chunks(a)
  const y = chunks(b)
  for (const [i, left] of x.entries()) {
    const right = y[i]
    if (right === undefined) return false
    if (left === right) continue
    const numeric = /^\d/.test(left) && /^\d/.test(right)
    if (!numeric) return compareText(left, right) < 0
    const [m, n] = [BigInt(left), BigInt(right)]
    if (m !== n) return m < n
    // Same number: the shorter spelling first.
    if (left.length !== right.length) return left.length < right.length
  }
  return x.length < y.length
}

function chunks(text: string): string[] {
  return text.match(/\d+|\D+/g) ?? []
}
