import { UsageError } from './usage-error.ts'

const UNIT_NANO: Record<string, bigint> = {
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
}

/** `now`, `15m` (ago), RFC 3339, or seconds, milliseconds or nanoseconds since 1970. @throws UsageError */
export function parseTime(option: string, text: string, nowMs: number): bigint {
  if (text === 'now') return BigInt(nowMs) * 1_000_000n
  const [, amount, unit = ''] = /^(?:now-)?-?(\d{1,6})([smhd])(?: ago)?$/.exec(text) ?? []
  if (amount !== undefined) return BigInt(nowMs) * 1_000_000n - BigInt(amount) * (UNIT_NANO[unit] ?? 0n)
  if (/^\d{10}$/.test(text)) return BigInt(text) * 1_000_000_000n
  if (/^\d{13}$/.test(text)) return BigInt(text) * 1_000_000n
  if (/^\d{19}$/.test(text)) return BigInt(text)
  const [, date, fraction = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const zone = /(?:Z|[+-]\d\d:\d\d)$/.exec(text)?.[0] ?? ''
  const seconds = date === undefined ? Number.NaN : Date.parse(`${date}${zone}`)
  if (Number.isNaN(seconds))
    throw new UsageError(`${option}: expected now, 15m, 2h, RFC 3339 or a time since 1970, got "${text}"`)
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}
