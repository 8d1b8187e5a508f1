import { isAttributeRune } from './attribute.ts'

export type Lexed = { text: string; end: number } | { fault: string }

/** Reads `http.route`, `"a b"` or a mixture of both, up to the first character that ends an attribute. */
export function lexAttributeName(query: string, start: number): Lexed {
  let text = ''
  let at = start
  for (;;) {
    const rune = String.fromCodePoint(query.codePointAt(at) ?? 32)
    if (rune === '"') {
      const quoted = lexQuotedPart(query, at + 1)
      if ('fault' in quoted) return quoted
      text += quoted.text
      at = quoted.end
    } else if (at < query.length && isAttributeRune(rune)) {
      text += rune
      at += rune.length
    } else {
      return { text, end: at }
    }
  }
}

function lexQuotedPart(query: string, start: number): Lexed {
  let text = ''
  for (let at = start; at < query.length; at++) {
    const char = query[at]
    if (char === '"') return { text, end: at + 1 }
    if (char === '\\') {
      at++
      if (query[at] !== '"' && query[at] !== '\\') return { fault: 'invalid escape sequence' }
    }
    text += query[at]
  }
  return { fault: 'unexpected EOF, expecting "' }
}
