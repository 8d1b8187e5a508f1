import { compileGoLayout } from './go-time.ts'

export type TimestampParser = (value: unknown) => bigint | undefined

const NAMED_LAYOUTS: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
}

const UNIX_NANOS_PER: Readonly<Record<string, bigint>> = {
  Unix: 1_000_000_000n,
  UnixMs: 1_000_000n,
  UnixUs: 1000n,
  UnixNs: 1n,
}

/** `1757412000.123456789` → whole and fraction without passing through a double. */
function unixParser(nanosPerUnit: bigint): TimestampParser {
  return (value) => {
    const match = /^(-?\d+)(?:\.(\d+))?$/.exec(typeof value === 'number' ? String(value) : String(value).trim())
    if (match === null) return undefined
    const fraction = (BigInt((match[2] ?? '0').slice(0, 9).padEnd(9, '0')) * nanosPerUnit) / 1_000_000_000n
    const whole = BigInt(match[1] ?? '0') * nanosPerUnit
    return whole < 0n ? whole - fraction : whole + fraction
  }
}

/** A parser for one `format` of the timestamp stage: a name of Go's time package, Unix[Ms|Us|Ns], or a Go layout. */
export function timestampParser(format: string, location: string): TimestampParser {
  const nanos = UNIX_NANOS_PER[format]
  if (nanos !== undefined) return unixParser(nanos)
  const layout = compileGoLayout(NAMED_LAYOUTS[format] ?? format)
  const timeZone = location === '' ? 'UTC' : location
  return (value) => (typeof value === 'string' ? layout.parse(value, timeZone) : undefined)
}
