import { RAW_BYTE } from '../../labels/labels.ts'

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 }
const NUMERIC: Readonly<Record<string, { digits: number; base: 8 | 16; max: number }>> = {
  x: { digits: 2, base: 16, max: 0xff },
  u: { digits: 4, base: 16, max: 0x10ffff },
  U: { digits: 8, base: 16, max: 0x10ffff },
}

export type StringScan = { end: number } | { error: string; at: number }

/** Finds the end of the literal that begins with a quote at `at`, checking escapes as Go does. */
export function scanString(input: string, at: number): StringScan {
  const quote = input[at] ?? ''
  const raw = quote === '`'
  for (let i = at + 1; i < input.length; i++) {
    const char = input[i] ?? ''
    if (char === quote) return { end: i + 1 }
    if (raw) continue
    if (char === '\n') break
    if (char === '\uFFFD') return { error: 'invalid UTF-8 rune', at: i }
    if (char === '\\') {
      const escape = scanEscape(input, i + 1, quote)
      if ('error' in escape) return escape
      i = escape.end - 1
    }
  }
  return { error: raw ? 'unterminated raw string' : 'unterminated quoted string', at: input.length }
}

function scanEscape(input: string, at: number, quote: string): StringScan {
  const char = input[at]
  if (char === undefined) return { error: 'escape sequence not terminated', at }
  if (char === quote || char in SIMPLE) return { end: at + 1 }
  const octal = /[0-7]/.test(char)
  const numeric = octal ? { digits: 3, base: 8, max: 0xff } : NUMERIC[char]
  if (!numeric) return { error: `unknown escape sequence ${codePointText(char)}`, at }
  const from = octal ? at : at + 1
  for (let i = from; i < from + numeric.digits; i++) {
    const digit = input[i]
    if (digit === undefined) return { error: 'escape sequence not terminated', at: i }
    if (!(numeric.base === 8 ? /[0-7]/ : /[0-9a-fA-F]/).test(digit)) {
      return { error: `illegal character ${codePointText(digit)} in escape sequence`, at: i }
    }
  }
  const code = Number.parseInt(input.slice(from, from + numeric.digits), numeric.base)
  if (code > numeric.max || (code >= 0xd800 && code < 0xe000)) {
    return { error: 'escape sequence is an invalid Unicode code point', at }
  }
  return { end: from + numeric.digits }
}

/** The text of a literal that `scanString` has accepted. `\x` and octal escapes are bytes, as in Go. */
export function unquote(literal: string): string {
  const body = literal.slice(1, -1)
  if (literal.startsWith('`')) return body
  if (!body.includes('\\')) return body
  const bytes: Buffer[] = []
  for (let i = 0; i < body.length; i++) {
    const char = body[i] ?? ''
    if (char !== '\\') {
      const point = String.fromCodePoint(body.codePointAt(i) ?? 0)
      bytes.push(Buffer.from(point))
      i += point.length - 1
      continue
    }
    const kind = body[++i] ?? ''
    if (kind in SIMPLE) bytes.push(Buffer.from([SIMPLE[kind] ?? 0]))
    else if (/[0-7]/.test(kind)) {
      bytes.push(Buffer.from([Number.parseInt(body.slice(i, i + 3), 8)]))
      i += 2
    } else if (NUMERIC[kind]) {
      const { digits } = NUMERIC[kind]
      const code = Number.parseInt(body.slice(i + 1, i + 1 + digits), 16)
      bytes.push(kind === 'x' ? Buffer.from([code]) : Buffer.from(String.fromCodePoint(code)))
      i += digits
    } else bytes.push(Buffer.from(kind))
  }
  return decodeUtf8(Buffer.concat(bytes))
}

function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString()
  return text.includes('\uFFFD') ? Array.from(decodeLossless(bytes)).join('') : text
}

/** Character by character; a byte that begins no valid sequence becomes a lone surrogate. */
function* decodeLossless(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0
    const text = bytes.toString('utf8', at, at + length)
    const valid = length > 0 && Buffer.from(text).equals(bytes.subarray(at, at + length))
    yield valid ? text : String.fromCharCode(RAW_BYTE + byte)
    at += valid ? length : 1
  }
}

function codePointText(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${char}'`
}
