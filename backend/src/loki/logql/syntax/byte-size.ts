import { goFloatError, parseGoFloat } from './go-number.ts'

const suffixes = new Map<string, number>([
  ['', 1],
  ['b', 1],
])
for (const [power, letter] of ['k', 'm', 'g', 't', 'p', 'e'].entries()) {
  for (const suffix of [letter, `${letter}b`]) suffixes.set(suffix, 1000 ** (power + 1))
  for (const suffix of [`${letter}i`, `${letter}ib`]) suffixes.set(suffix, 1024 ** (power + 1))
}

/** A size such as `5KB`, `1.5 MiB` or `20` in bytes, read as the go-humanize library reads it; throws with its text. */
export function parseByteSize(text: string): number {
  const number = /^[\p{Nd}.,]*/u.exec(text)?.[0] ?? ''
  const digits = number.replaceAll(',', '')
  const value = parseGoFloat(digits)
  if (value === undefined) throw new Error(goFloatError(digits))
  const suffix = text.slice(number.length).trim().toLowerCase()
  const factor = suffixes.get(suffix)
  if (factor === undefined) throw new Error(`unhandled size name: ${suffix}`)
  const size = value * factor
  if (size >= 2 ** 64) throw new Error(`too large: ${text}`)
  return Math.trunc(size)
}

const names = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

/** `83MB` for 82854982: two significant digits at least, decimal units, no space. */
export function formatByteSize(size: number): string {
  if (size < 10) return `${size}B`
  const power = Math.floor(Math.log(size) / Math.log(1000))
  const value = Math.floor((size / 1000 ** power) * 10 + 0.5) / 10
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}${names[power] ?? ''}`
}
