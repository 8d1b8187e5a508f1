import { parseDuration } from './duration.ts'
import type { Lexed } from './lexer-attribute.ts'

type LexedNumber = { type: 'integer' | 'float' | 'duration'; value: number | bigint; end: number } | { fault: string }

const maxInt = 9223372036854775807n

/** A number, or a duration when unit letters follow without a blank. */
export function lexNumber(query: string, start: number): LexedNumber {
  const number = /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/y
  number.lastIndex = start
  const text = number.exec(query)?.[0] ?? ''
  const tail = /[\p{N}nsumhµdwy.]+/uy
  tail.lastIndex = start + text.length
  const unit = tail.exec(query)?.[0] ?? ''
  const duration = unit === '' ? undefined : parseDuration(text + unit)
  if (duration !== undefined) return { type: 'duration', value: duration, end: start + text.length + unit.length }
  const end = start + text.length
  if (!/^\d+$/.test(text)) return { type: 'float', value: Number(text), end }
  const exact = BigInt(text)
  if (exact > maxInt) return { fault: `strconv.Atoi: parsing "${text}": value out of range` }
  return { type: 'integer', value: Number.isSafeInteger(Number(exact)) ? Number(exact) : exact, end }
}

const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
}

/** A Go string literal, quoted or raw. */
export function lexString(query: string, start: number): Lexed {
  if (query[start] === '`') {
    const end = query.indexOf('`', start + 1)
    if (end < 0) return { fault: 'literal not terminated' }
    return { text: query.slice(start + 1, end).replaceAll('\r', ''), end: end + 1 }
  }
  let text = ''
  for (let at = start + 1; at < query.length;) {
    const char = query[at] ?? ''
    if (char === '"') return { text, end: at + 1 }
    if (char === '\n') break
    if (char !== '\\') {
      text += char
      at++
      continue
    }
    const escape = readEscape(query, at + 1)
    if (escape === undefined) return { fault: 'invalid char escape' }
    text += escape.text
    at = escape.end
  }
  return { fault: 'literal not terminated' }
}

function readEscape(query: string, at: number): { text: string; end: number } | undefined {
  const simple = escapes[query[at] ?? '']
  if (simple !== undefined) return { text: simple, end: at + 1 }
  const numeric = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})/y
  numeric.lastIndex = at
  const match = numeric.exec(query)
  if (match === null) return undefined
  const code = match[4] === undefined ? parseInt(match[1] ?? match[2] ?? match[3] ?? '', 16) : parseInt(match[4], 8)
  return code > 0x10ffff ? undefined : { text: String.fromCodePoint(code), end: numeric.lastIndex }
}
