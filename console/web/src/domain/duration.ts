const units = [
  [86_400e9, 'd'],
  [3_600e9, 'h'],
  [60e9, 'm'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
] as const

/** Three significant digits in the unit a person would say: 1.24 s, 340 µs, 2.5 h. */
export function formatNano(nano: bigint | number): string {
  const value = Number(nano)
  if (value === 0) return '0 ms'
  const [size, unit] = units.find(([candidate]) => Math.abs(value) >= candidate) ?? [1, 'ns']
  return `${trimDigits(value / size)} ${unit}`
}

export function formatSeconds(seconds: number): string {
  return formatNano(seconds * 1e9)
}

function trimDigits(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return String(Number(value.toFixed(digits)))
}

const durationPattern = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g
const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `1h30m` → milliseconds; `undefined` for anything that is not wholly a duration. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '' || text.replaceAll(durationPattern, '') !== '') return undefined
  return [...text.matchAll(durationPattern)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0),
    0,
  )
}
