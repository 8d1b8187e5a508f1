// Go's reference-time layouts ("2006-01-02T15:04:05Z07:00"): https://pkg.go.dev/time#pkg-constants
import { unixSecondsOf, type Civil } from './time-zone.ts'

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const layoutPart =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|002|__2|01|02|03|04|05|06|_2006|_2|15|PM|pm|Z070000|Z07:00:00|Z0700|Z07:00|Z07|-070000|-07:00:00|-0700|-07:00|-07|[.,]0+(?!\d)|[.,]9+(?!\d)|1|2|3|4|5/g

export function formatTime(time: Civil, layout: string): string {
  return layout.replace(layoutPart, (part) => formatPart(time, part))
}

function formatPart(time: Civil, part: string): string {
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12
  switch (part) {
    case 'January':
      return months[time.month - 1] ?? ''
    case 'Jan':
      return (months[time.month - 1] ?? '').slice(0, 3)
    case 'Monday':
      return weekday(time)
    case 'Mon':
      return weekday(time).slice(0, 3)
    case 'MST':
      return time.zoneName
    case '2006':
      return pad(time.year, 4)
    case '_2006':
      return `_${pad(time.year, 4)}`
    case '06':
      return pad(time.year % 100, 2)
    case '01':
      return pad(time.month, 2)
    case '1':
      return String(time.month)
    case '02':
      return pad(time.day, 2)
    case '_2':
      return String(time.day).padStart(2)
    case '2':
      return String(time.day)
    case '002':
      return pad(yearDay(time), 3)
    case '__2':
      return String(yearDay(time)).padStart(3)
    case '15':
      return pad(time.hour, 2)
    case '03':
      return pad(hour12, 2)
    case '3':
      return String(hour12)
    case '04':
      return pad(time.minute, 2)
    case '4':
      return String(time.minute)
    case '05':
      return pad(time.second, 2)
    case '5':
      return String(time.second)
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am'
    default:
      return part.startsWith('.') || part.startsWith(',') ? formatFraction(time, part) : formatOffset(time, part)
  }
}

function formatFraction(time: Civil, part: string): string {
  const digits = pad(time.nanosecond, 9).slice(0, part.length - 1)
  if (part[1] === '0') return (part[0] ?? '') + digits
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '' : (part[0] ?? '') + trimmed
}

function formatOffset(time: Civil, part: string): string {
  if (part.startsWith('Z') && time.offsetSeconds === 0) return 'Z'
  const seconds = Math.abs(time.offsetSeconds)
  const fields = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const separator = part.includes(':') ? ':' : ''
  const count = part.replaceAll(':', '').length >= 7 ? 3 : part.length > 3 ? 2 : 1
  return (
    (time.offsetSeconds < 0 ? '-' : '+') +
    fields
      .slice(0, count)
      .map((field) => pad(field, 2))
      .join(separator)
  )
}

function weekday(time: Civil): string {
  return days[new Date(Date.UTC(time.year, time.month - 1, time.day)).getUTCDay()] ?? ''
}

function yearDay(time: Civil): number {
  return Math.round((Date.UTC(time.year, time.month - 1, time.day) - Date.UTC(time.year, 0, 1)) / 86_400_000) + 1
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

interface Parsed {
  year: number
  month: number
  day: number
  yearDay: number | undefined
  hour: number
  minute: number
  second: number
  nanosecond: number
  isPm: boolean | undefined
  offsetSeconds: number | undefined
}

/** Nanoseconds since the epoch; `undefined` where the text does not follow the layout. A text without offset is in `zone`. */
export function parseTime(layout: string, text: string, zone: string): bigint | undefined {
  const parsed: Parsed = {
    year: 0,
    month: 1,
    day: 1,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    isPm: undefined,
    offsetSeconds: undefined,
  }
  let rest = text
  let from = 0
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(rest)?.[0]
    if (match !== undefined) rest = rest.slice(match.length)
    return match
  }
  for (const match of layout.matchAll(layoutPart)) {
    const literal = layout.slice(from, match.index)
    if (!rest.startsWith(literal)) return undefined
    rest = rest.slice(literal.length)
    from = match.index + match[0].length
    if (!parsePart(match[0], take, parsed)) return undefined
    // A fraction may follow the seconds even where the layout has none.
    const isSecond = match[0] === '05' || match[0] === '5'
    if (isSecond && !/^[.,]/.test(layout.slice(from))) parsePart('.9', take, parsed)
  }
  return rest === layout.slice(from) ? momentOf(parsed, zone) : undefined
}

function parsePart(part: string, take: (pattern: RegExp) => string | undefined, parsed: Parsed): boolean {
  const number = (pattern: RegExp, low: number, high: number): number | undefined => {
    const text = take(pattern)
    const value = text === undefined ? undefined : Number(text)
    return value !== undefined && value >= low && value <= high ? value : undefined
  }
  const assign = (
    key: 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second',
    value: number | undefined,
  ): boolean => {
    if (value !== undefined) parsed[key] = value
    return value !== undefined
  }
  switch (part) {
    case '2006':
      return assign('year', number(/^\d{4}/, 0, 9999))
    case '06': {
      const year = number(/^\d{2}/, 0, 99)
      return assign('year', year === undefined ? undefined : year + (year >= 69 ? 1900 : 2000))
    }
    case '01':
      return assign('month', number(/^\d{2}/, 1, 12))
    case '1':
      return assign('month', number(/^\d{1,2}/, 1, 12))
    case 'January':
    case 'Jan':
      return assign('month', monthOf(take(part === 'Jan' ? /^[A-Za-z]{3}/ : /^[A-Za-z]+/), part === 'Jan'))
    case 'Monday':
    case 'Mon':
      return take(part === 'Mon' ? /^[A-Za-z]{3}/ : /^[A-Za-z]+/) !== undefined
    case '02':
      return assign('day', number(/^\d{2}/, 1, 31))
    case '_2':
    case '2':
      return assign('day', number(/^ ?\d{1,2}/, 1, 31))
    case '002':
    case '__2':
      return assign('yearDay', number(/^ {0,2}\d{1,3}/, 1, 366))
    case '15':
      return assign('hour', number(/^\d{2}/, 0, 23))
    case '03':
    case '3':
      return assign('hour', number(part === '03' ? /^\d{2}/ : /^\d{1,2}/, 0, 12))
    case '04':
    case '4':
      return assign('minute', number(part === '04' ? /^\d{2}/ : /^\d{1,2}/, 0, 59))
    case '05':
    case '5':
      return assign('second', number(part === '05' ? /^\d{2}/ : /^\d{1,2}/, 0, 59))
    case 'PM':
    case 'pm': {
      const half = take(/^[AaPp][Mm]/)
      parsed.isPm = half?.toLowerCase() === 'pm'
      return half !== undefined
    }
    case 'MST':
      return parseZoneName(take(/^(?:[A-Z]{3,5}|[+-]\d{2,4})/), parsed)
    default:
      return part.startsWith('.') || part.startsWith(',')
        ? parseFraction(part, take, parsed)
        : parseOffset(part, take, parsed)
  }
}

function monthOf(text: string | undefined, isShort: boolean): number | undefined {
  const index = months.findIndex((month) => (isShort ? month.slice(0, 3) : month).toLowerCase() === text?.toLowerCase())
  return index === -1 ? undefined : index + 1
}

function parseZoneName(name: string | undefined, parsed: Parsed): boolean {
  if (name === 'UTC' || name === 'GMT') parsed.offsetSeconds = 0
  return name !== undefined
}

function parseFraction(part: string, take: (pattern: RegExp) => string | undefined, parsed: Parsed): boolean {
  const digits = take(part[1] === '0' ? new RegExp(`^[.,]\\d{${part.length - 1}}`) : /^[.,]\d+/)
  if (digits !== undefined) parsed.nanosecond = Number(digits.slice(1, 10).padEnd(9, '0'))
  return digits !== undefined || part[1] === '9'
}

function parseOffset(part: string, take: (pattern: RegExp) => string | undefined, parsed: Parsed): boolean {
  if (part.startsWith('Z') && take(/^Z/) !== undefined) {
    parsed.offsetSeconds = 0
    return true
  }
  const separator = part.includes(':') ? ':' : ''
  const count = part.replaceAll(':', '').length >= 7 ? 3 : part.length > 3 ? 2 : 1
  const text = take(new RegExp(`^[+-]\\d{2}${`${separator}\\d{2}`.repeat(count - 1)}`))
  if (text === undefined) return false
  const [hours = 0, minutes = 0, seconds = 0] = (text.slice(1).replaceAll(':', '').match(/\d{2}/g) ?? []).map(Number)
  parsed.offsetSeconds = (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
  return true
}

function momentOf(parsed: Parsed, zone: string): bigint | undefined {
  const hour = parsed.isPm === undefined ? parsed.hour : (parsed.hour % 12) + (parsed.isPm ? 12 : 0)
  const shown = new Date(0)
  shown.setUTCFullYear(parsed.year, parsed.yearDay === undefined ? parsed.month - 1 : 0, parsed.yearDay ?? parsed.day)
  shown.setUTCHours(hour, parsed.minute, parsed.second)
  if (parsed.yearDay === undefined && shown.getUTCDate() !== parsed.day) return undefined
  const seconds = shown.getTime() / 1000
  const unix = parsed.offsetSeconds === undefined ? unixSecondsOf(seconds, zone) : seconds - parsed.offsetSeconds
  return BigInt(unix) * 1_000_000_000n + BigInt(parsed.nanosecond)
}
