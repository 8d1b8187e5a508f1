import { UsageError } from './command.ts'

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600 }

/** Seconds of an option such as `--for 90s` or `--duration 5m`; a plain number is seconds. @throws UsageError */
export function parseDurationOption(option: string, text: string, maxSeconds: number): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? []
  const seconds = Number(amount) * (UNIT_SECONDS[unit] ?? Number.NaN)
  if (seconds > 0 && seconds <= maxSeconds) return seconds
  throw new UsageError(
    `${option}: expected a duration up to ${maxSeconds / 3_600}h such as 90s or 5m, or seconds, got "${text}"`,
  )
}
