/** A moment as a calendar and a clock show it in some zone. */
export interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  readonly offsetSeconds: number
  readonly zoneName: string
}

/** The zone this process runs in. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

export function isZone(zone: string): boolean {
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
    timeZoneName: 'short',
  })
  formatters.set(zone, formatter)
  return formatter
}

/** Seconds east of UTC at a moment. */
export function offsetAt(zone: string, unixMs: number): { seconds: number; name: string } {
  if (zone === 'UTC' || zone === 'Etc/UTC') return { seconds: 0, name: 'UTC' }
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(unixMs)
      .map(({ type, value }) => [type, value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return {
    seconds: Math.round((shown - Math.floor(unixMs / 1000) * 1000) / 1000),
    name: parts.get('timeZoneName') ?? zone,
  }
}

export function civilOf(unixNano: bigint, zone: string): Civil {
  const seconds = floorDiv(unixNano, 1_000_000_000n)
  const offset = offsetAt(zone, Number(seconds) * 1000)
  const shifted = new Date((Number(seconds) + offset.seconds) * 1000)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    nanosecond: Number(unixNano - seconds * 1_000_000_000n),
    offsetSeconds: offset.seconds,
    zoneName: offset.name,
  }
}

/** The moment at which a clock in the zone shows this; around a change of clocks, the first of two. */
export function unixSecondsOf(utcShown: number, zone: string): number {
  const guess = utcShown - offsetAt(zone, utcShown * 1000).seconds
  return utcShown - offsetAt(zone, guess * 1000).seconds
}

function floorDiv(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}
