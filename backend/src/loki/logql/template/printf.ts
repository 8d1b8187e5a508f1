import { formatGoFloat } from '../syntax/go-number.ts'
import { quoteGoString } from '../syntax/go-string.ts'
import { printValue, typeName, type Value } from './value.ts'

const verb = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?(\p{L}|%)?/gu
const maxWidth = 100_000

/** Go's fmt.Sprintf for the values templates have. */
export function formatPrintf(format: string, args: readonly Value[]): string {
  let next = 0
  const size = (text: string | undefined): number | undefined => {
    const value = text === '*' ? Number(args[next++]) : text === undefined ? undefined : Number(text)
    return value === undefined || Number.isNaN(value) ? undefined : Math.min(value, maxWidth)
  }
  const out = format.replace(
    verb,
    (whole: string, flags: string, widthText?: string, precisionText?: string, letter?: string) => {
      if (letter === undefined) return '%!(NOVERB)'
      if (letter === '%') return '%'
      const width = size(widthText)
      const precision = whole.includes('.') ? (size(precisionText) ?? 0) : undefined
      if (next >= args.length) return `%!${letter}(MISSING)`
      return padded(formatVerb(letter, args[next++], flags, precision), flags, width)
    },
  )
  const extra = args.slice(next).map((value) => `${typeName(value)}=${printValue(value)}`)
  return extra.length > 0 && next < args.length ? `${out}%!(EXTRA ${extra.join(', ')})` : out
}

function formatVerb(letter: string, value: Value, flags: string, precision: number | undefined): string {
  if (letter === 'v')
    return signed(
      typeof value === 'number' && precision !== undefined ? value.toPrecision(precision) : printValue(value),
      value,
      flags,
    )
  if (letter === 'T') return typeName(value)
  const text = formatTyped(letter, value, flags, precision)
  return text === undefined ? `%!${letter}(${typeName(value)}=${printValue(value)})` : signed(text, value, flags)
}

function formatTyped(letter: string, value: Value, flags: string, precision: number | undefined): string | undefined {
  if (typeof value === 'string') return formatString(letter, value, precision)
  if (typeof value === 'bigint') return formatInteger(letter, value, flags)
  if (typeof value === 'number') return formatFloat(letter, value, precision)
  if (typeof value === 'boolean') return letter === 't' ? String(value) : undefined
  return letter === 's' ? printValue(value) : undefined
}

function formatString(letter: string, text: string, precision: number | undefined): string | undefined {
  const cut = precision === undefined ? text : Array.from(text).slice(0, precision).join('')
  if (letter === 's') return cut
  if (letter === 'q') return quoteGoString(cut)
  if (letter === 'x' || letter === 'X') {
    const hex = Buffer.from(cut).toString('hex')
    return letter === 'X' ? hex.toUpperCase() : hex
  }
  return undefined
}

function formatInteger(letter: string, value: bigint, flags: string): string | undefined {
  const prefix = flags.includes('#')
  switch (letter) {
    case 'd':
      return String(value)
    case 'x':
      return (prefix ? '0x' : '') + value.toString(16)
    case 'X':
      return (prefix ? '0X' : '') + value.toString(16).toUpperCase()
    case 'o':
      return (prefix ? '0' : '') + value.toString(8)
    case 'b':
      return value.toString(2)
    case 'c':
      return String.fromCodePoint(Number(BigInt.asUintN(20, value)))
    case 'U':
      return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`
    case 'q':
      return `'${String.fromCodePoint(Number(BigInt.asUintN(20, value)))}'`
    default:
      return undefined
  }
}

function formatFloat(letter: string, value: number, precision: number | undefined): string | undefined {
  if (!Number.isFinite(value)) return printValue(value)
  switch (letter) {
    case 'f':
    case 'F':
      return value.toFixed(Math.min(precision ?? 6, 100))
    case 'e':
    case 'E': {
      const text = value.toExponential(Math.min(precision ?? 6, 100)).replace(/e([+-])(\d)$/, 'e$10$2')
      return letter === 'E' ? text.toUpperCase() : text
    }
    case 'g':
    case 'G':
      return precision === undefined
        ? formatGoFloat(value)
        : formatGoFloat(Number(value.toPrecision(Math.max(1, Math.min(precision, 100)))))
    default:
      return undefined
  }
}

function signed(text: string, value: Value, flags: string): string {
  const isPositive = (typeof value === 'number' || typeof value === 'bigint') && value >= 0
  if (!isPositive) return text
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
}

function padded(text: string, flags: string, width: number | undefined): string {
  const missing = (width ?? 0) - Array.from(text).length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0')) return ' '.repeat(missing) + text
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}
