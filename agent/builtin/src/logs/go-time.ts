// Parses times by a Go reference layout ("2006-01-02 15:04:05.000 -0700"), as the `timestamp` stage's `format` is written.

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  nanos: number
  pm: boolean | undefined
  offsetMinutes: number | undefined
}

type Apply = (parts: Parts, text: string) => void

interface Token {
  readonly layout: string
  readonly pattern: string
  readonly apply: Apply
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthOf: Apply = (parts, text) => {
  parts.month = MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1
}
const number =
  (field: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'): Apply =>
  (parts, text) => {
    parts[field] = Number(text)
  }
const zone: Apply = (parts, text) => {
  if (text === 'Z') {
    parts.offsetMinutes = 0
    return
  }
  const digits = text.replace(':', '')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5) || '0')
  parts.offsetMinutes = digits.startsWith('-') ? -minutes : minutes
}
const ignore: Apply = () => {}
const LONG_MONTH = '(?:January|February|March|April|May|June|July|August|September|October|November|December)'

// Longest first: "2006" before "2", "January" before "Jan".
const TOKENS: readonly Token[] = [
  { layout: 'January', pattern: LONG_MONTH, apply: monthOf },
  { layout: 'Monday', pattern: '[A-Za-z]+day', apply: ignore },
  { layout: 'Z07:00', pattern: '(?:Z|[+-]\\d\\d:\\d\\d)', apply: zone },
  { layout: '-07:00', pattern: '[+-]\\d\\d:\\d\\d', apply: zone },
  { layout: 'Z0700', pattern: '(?:Z|[+-]\\d{4})', apply: zone },
  { layout: '-0700', pattern: '[+-]\\d{4}', apply: zone },
  { layout: '2006', pattern: '\\d{4}', apply: number('year') },
  { layout: 'Jan', pattern: '[A-Za-z]{3}', apply: monthOf },
  { layout: 'Mon', pattern: '[A-Za-z]{3}', apply: ignore },
  {
    layout: 'MST',
    pattern: '[A-Z]{3,4}',
    apply: (parts, text) => {
      if (text === 'UTC' || text === 'GMT') parts.offsetMinutes = 0
    },
  },
  { layout: '-07', pattern: '[+-]\\d\\d', apply: zone },
  {
    layout: 'PM',
    pattern: '[AP]M',
    apply: (parts, text) => {
      parts.pm = text === 'PM'
    },
  },
  { layout: '01', pattern: '\\d\\d', apply: number('month') },
  { layout: '02', pattern: '\\d\\d', apply: number('day') },
  { layout: '_2', pattern: '[ \\d]?\\d', apply: number('day') },
  { layout: '15', pattern: '\\d\\d', apply: number('hour') },
  { layout: '03', pattern: '\\d\\d', apply: number('hour') },
  { layout: '04', pattern: '\\d\\d', apply: number('minute') },
  { layout: '05', pattern: '\\d\\d', apply: number('second') },
  {
    layout: '06',
    pattern: '\\d\\d',
    apply: (parts, text) => {
      parts.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000)
    },
  },
  { layout: '1', pattern: '\\d{1,2}', apply: number('month') },
  { layout: '2', pattern: '\\d{1,2}', apply: number('day') },
  { layout: '3', pattern: '\\d{1,2}', apply: number('hour') },
  { layout: '4', pattern: '\\d{1,2}', apply: number('minute') },
  { layout: '5', pattern: '\\d{1,2}', apply: number('second') },
]

const fraction: Apply = (parts, text) => {
  parts.nanos = Number(text.slice(1, 10).padEnd(9, '0'))
}

export interface GoLayout {
  /** Nanoseconds since 1970, or undefined when the text does not have this layout. */
  parse(text: string, timeZone?: string): bigint | undefined
}

/** Minutes east of UTC of `timeZone` at a wall clock time there. */
function zoneOffsetMinutes(timeZone: string, wallMs: number): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offsetAt = (ms: number): number => {
    const name = format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(name)
    return match === null ? 0 : (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
  }
  return offsetAt(wallMs - offsetAt(wallMs) * 60_000)
}

function toNanos(parts: Parts, timeZone: string): bigint | undefined {
  let hour = parts.hour
  if (parts.pm === true && hour < 12) hour += 12
  if (parts.pm === false && hour === 12) hour = 0
  const { year, month, day, minute, second, nanos } = parts
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  // 31 February would have rolled over.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const offset = parts.offsetMinutes ?? (timeZone === 'UTC' ? 0 : zoneOffsetMinutes(timeZone, date.getTime()))
  return BigInt(date.getTime() - offset * 60_000) * 1_000_000n + BigInt(nanos)
}

export function compileGoLayout(layout: string): GoLayout {
  const appliers: Apply[] = []
  let pattern = ''
  let i = 0
  while (i < layout.length) {
    const decimals = /^[.,](0+|9+)(?!\d)/.exec(layout.slice(i))
    const token = TOKENS.find(({ layout: text }) => layout.startsWith(text, i))
    if (decimals !== null) {
      const isExact = decimals[1]?.startsWith('0') === true
      pattern += isExact ? `([.,]\\d{${decimals[1]?.length}})` : '([.,]\\d+)?'
      appliers.push(fraction)
      i += decimals[0].length
    } else if (token !== undefined) {
      pattern += `(${token.pattern})`
      appliers.push(token.apply)
      i += token.layout.length
      // Go accepts a fraction after the seconds although the layout has none.
      if (/^0?5$/.test(token.layout) && !/^[.,](0+|9+)(?!\d)/.test(layout.slice(i))) {
        pattern += '([.,]\\d+)?'
        appliers.push(fraction)
      }
    } else {
      pattern += (layout[i] ?? '').replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
      i += 1
    }
  }
  if (appliers.length === 0)
    throw new Error(`time layout ${JSON.stringify(layout)} has no element of the Go reference time`)
  const regexp = new RegExp(`^${pattern}$`)
  return {
    parse(text, timeZone = 'UTC') {
      const match = regexp.exec(text)
      if (match === null) return undefined
      const parts: Parts = {
        year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanos: 0, pm: undefined, offsetMinutes: undefined,
      } // prettier-ignore
      for (const [k, apply] of appliers.entries()) {
        const group = match[k + 1]
        if (group !== undefined && group !== '') apply(parts, group)
      }
      return toNanos(parts, timeZone)
    },
  }
}
