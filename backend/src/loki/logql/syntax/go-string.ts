const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
}

/** The text of a Go string literal, quotes included; throws `invalid syntax` as Go does. */
export function unquoteGoString(literal: string): string {
  const quote = literal[0]
  const body = literal.slice(1, -1)
  if (quote === '`') return body.replaceAll('\r', '')
  if (body.includes('\n')) throw new Error('invalid syntax')
  if (!body.includes('\\')) return body
  return unescapeGo(body, quote === "'" ? '"' : "'")
}

/** `\x` and octal escapes name bytes, not characters, so a run of them is decoded together as UTF-8. */
function unescapeGo(body: string, otherQuote: string): string {
  const parts: Buffer[] = []
  let plainFrom = 0
  for (let at = body.indexOf('\\'); at !== -1; at = body.indexOf('\\', plainFrom)) {
    parts.push(Buffer.from(body.slice(plainFrom, at)))
    const { bytes, length } = escapeAt(body, at, otherQuote)
    parts.push(bytes)
    plainFrom = at + length
  }
  parts.push(Buffer.from(body.slice(plainFrom)))
  return Buffer.concat(parts).toString('utf8')
}

function escapeAt(body: string, at: number, otherQuote: string): { bytes: Buffer; length: number } {
  const kind = body[at + 1] ?? ''
  const simple = simpleEscapes[kind]
  if (simple !== undefined && kind !== otherQuote) return { bytes: Buffer.from(simple), length: 2 }
  const octal = /^[0-3][0-7]{2}/.exec(body.slice(at + 1, at + 4))
  if (octal) return { bytes: Buffer.of(Number.parseInt(octal[0], 8)), length: 4 }
  const digits = { x: 2, u: 4, U: 8 }[kind]
  const hex = digits === undefined ? '' : body.slice(at + 2, at + 2 + digits)
  if (digits === undefined || hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) throw new Error('invalid syntax')
  const code = Number.parseInt(hex, 16)
  if (kind === 'x') return { bytes: Buffer.of(code), length: 4 }
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new Error('invalid syntax')
  return { bytes: Buffer.from(String.fromCodePoint(code)), length: 2 + digits }
}

/** A double-quoted Go literal of `text`, as `strconv.Quote` writes it. */
export function quoteGoString(text: string): string {
  let out = '"'
  for (const character of text) out += quoteCharacter(character)
  return `${out}"`
}

const quoted: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

function quoteCharacter(character: string): string {
  const short = quoted[character]
  if (short !== undefined) return short
  if (character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
