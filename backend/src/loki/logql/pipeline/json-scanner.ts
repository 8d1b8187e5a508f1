// Walks JSON without building objects, as leniently as Loki's parser does: members are handed out until the text stops
// making sense, so a truncated line still gives its first labels, and an error beside them.
// The wording of errors is that of the parser Loki uses (github.com/buger/jsonparser).

export type JsonType = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

export class JsonScanError extends Error {
  override readonly name = 'JsonScanError'
}

const malformed = 'Malformed JSON error'
const openString = "Value is string, but can't find closing '\"' symbol"
const openArray = "Value is array, but can't find closing ']' symbol"
const openObject = "Value looks like object, but can't find closing '}' symbol"
const unknownType = 'Unknown value type'
const badEscape = 'Encountered an invalid escape sequence in a string'

const quote = 34
const comma = 44
const colon = 58
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/** A value's place in the text: strings without their quotes, still escaped. */
export interface JsonValue {
  readonly type: JsonType
  readonly start: number
  readonly end: number
  /** Where scanning goes on. */
  readonly next: number
}

/** Return `false` to stop. */
export type VisitMember = (key: string, value: JsonValue) => boolean

/** Hands out the members of the object in `text[start, end)`; false if the visitor stopped it. */
export function forEachMember(text: string, start: number, end: number, visit: VisitMember): boolean {
  let at = nextToken(text, start, end)
  if (at === -1 || text.charCodeAt(at) !== openBrace) throw new JsonScanError(openObject)
  at = nextToken(text, at + 1, end)
  if (at === -1) throw new JsonScanError(malformed)
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code === closeBrace) return true
    if (code !== quote) throw new JsonScanError(openObject)
    const keyEnd = stringEnd(text, at + 1, end)
    if (keyEnd === -1) throw new JsonScanError(malformed)
    const key = unescapeKey(text.slice(at + 1, keyEnd))
    at = nextToken(text, keyEnd + 1, end)
    if (at === -1 || text.charCodeAt(at) !== colon) throw new JsonScanError(malformed)
    const value = scanValue(text, at + 1, end)
    if (!visit(key, value)) return false
    at = nextToken(text, value.next, end)
    if (at === -1) throw new JsonScanError(openArray)
    if (text.charCodeAt(at) === closeBrace) return true
    if (text.charCodeAt(at) !== comma) throw new JsonScanError(openObject)
    at = nextToken(text, at + 1, end)
    if (at === -1) throw new JsonScanError(openArray)
  }
  throw new JsonScanError(openObject)
}

/** Hands out the elements of the array that begins at `start`; stops quietly where the text stops making sense. */
export function forEachElement(
  text: string,
  start: number,
  end: number,
  visit: (index: number, value: JsonValue) => void,
): void {
  let at = nextToken(text, start + 1, end)
  if (at === -1 || text.charCodeAt(at) === closeBracket) return
  for (let index = 0; ; index++) {
    const value = scanValue(text, at, end)
    visit(index, value)
    at = nextToken(text, value.next, end)
    if (at === -1 || text.charCodeAt(at) !== comma) return
    at++
  }
}

export function scanValue(text: string, from: number, end: number): JsonValue {
  const start = nextToken(text, from, end)
  if (start === -1) throw new JsonScanError(malformed)
  const code = text.charCodeAt(start)
  if (code === quote) {
    const close = stringEnd(text, start + 1, end)
    if (close === -1) throw new JsonScanError(openString)
    return { type: 'string', start: start + 1, end: close, next: close + 1 }
  }
  if (code === openBracket || code === openBrace) return scanBlock(text, start, end, code === openBrace)
  const valueEnd = tokenEnd(text, start, end)
  return { type: scalarType(text, start, valueEnd), start, end: valueEnd, next: valueEnd }
}

function scanBlock(text: string, start: number, end: number, isObject: boolean): JsonValue {
  const close = isObject ? closeBrace : closeBracket
  const open = isObject ? openBrace : openBracket
  let level = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = stringEnd(text, at + 1, end)
      if (at === -1) break
    } else if (code === open) level++
    else if (code === close && --level === 0) {
      return { type: isObject ? 'object' : 'array', start, end: at + 1, next: at + 1 }
    }
  }
  throw new JsonScanError(isObject ? openObject : openArray)
}

function scalarType(text: string, start: number, end: number): JsonType {
  const first = text[start] ?? ''
  if (first === '-' || (first >= '0' && first <= '9')) return 'number'
  const word = text.slice(start, end)
  if (word === 'true' || word === 'false') return 'boolean'
  if (word === 'null') return 'null'
  throw new JsonScanError(unknownType)
}

/** First character that is no blank, or -1. */
function nextToken(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at
  }
  return -1
}

/** Index of the closing quote, or -1. */
function stringEnd(text: string, from: number, end: number): number {
  for (let at = text.indexOf('"', from); at !== -1 && at < end; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (at - slashes - 1 >= from && text.charCodeAt(at - slashes - 1) === backslash) slashes++
    if (slashes % 2 === 0) return at
  }
  return -1
}

function tokenEnd(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === comma || code === closeBrace || code === closeBracket) return at
    if (code === 32 || code === 10 || code === 13 || code === 9) return at
  }
  return end
}

function unescapeKey(raw: string): string {
  const key = unescapeJson(raw)
  if (key === undefined) throw new JsonScanError(badEscape)
  return key
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** The text of a JSON string; `undefined` for an escape that JSON does not know. Raw control characters are let through. */
export function unescapeJson(raw: string): string | undefined {
  let slash = raw.indexOf('\\')
  if (slash === -1) return raw
  let out = ''
  let from = 0
  while (slash !== -1) {
    out += raw.slice(from, slash)
    const kind = raw[slash + 1] ?? ''
    if (kind === 'u') {
      const unit = unicodeEscape(raw, slash)
      if (unit === undefined) return undefined
      out += unit.text
      from = slash + unit.length
    } else {
      const plain = escapes[kind]
      if (plain === undefined) return undefined
      out += plain
      from = slash + 2
    }
    slash = raw.indexOf('\\', from)
  }
  return out + raw.slice(from)
}

const unicodePattern = /\\u([0-9a-fA-F]{4})/y

function unicodeEscape(raw: string, at: number): { text: string; length: number } | undefined {
  const first = codeUnit(raw, at)
  if (first === undefined) return undefined
  if (first < 0xd800 || first > 0xdfff) return { text: String.fromCharCode(first), length: 6 }
  const second = codeUnit(raw, at + 6)
  if (first > 0xdbff || second === undefined || second < 0xdc00 || second > 0xdfff) return undefined
  return { text: String.fromCharCode(first, second), length: 12 }
}

function codeUnit(raw: string, at: number): number | undefined {
  unicodePattern.lastIndex = at
  const digits = unicodePattern.exec(raw)?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 16)
}
