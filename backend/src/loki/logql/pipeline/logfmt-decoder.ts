import { unescapeJson } from './json-scanner.ts'

/**
 * Reads `key=value key2="quoted value"` pair by pair and skips what is neither.
 * The rules are those of github.com/go-logfmt/logfmt, which Loki uses.
 */
export class LogfmtDecoder {
  readonly #line: string
  #at = 0
  key = ''
  value = ''
  error: string | undefined

  constructor(line: string) {
    this.#line = line
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#line.length
  }

  /** False at the end of the line and for a pair that is wrong; after the latter `error` is set and reading can go on. */
  next(): boolean {
    this.key = ''
    this.value = ''
    this.#skipBlanks()
    return !this.isAtEnd && this.#readKey()
  }

  #readKey(): boolean {
    const start = this.#at
    for (; this.#at < this.#line.length; this.#at++) {
      const code = this.#line.charCodeAt(this.#at)
      if (code <= 32) break
      if (code === 34) return this.#unexpected('"')
      if (code !== 61) continue
      this.key = this.#line.slice(start, this.#at)
      if (this.key === '') return this.#unexpected('=')
      if (this.key.includes('\uFFFD')) {
        this.#fail('invalid key')
        return this.#skipValue()
      }
      this.#at++
      return this.#readValue()
    }
    this.key = this.#line.slice(start, this.#at)
    if (!this.key.includes('\uFFFD')) return true
    this.#fail('invalid key')
    return false
  }

  #readValue(): boolean {
    if (this.isAtEnd) return true
    const first = this.#line.charCodeAt(this.#at)
    if (first <= 32) return true
    if (first === 34) return this.#readQuoted()
    const start = this.#at
    for (; this.#at < this.#line.length; this.#at++) {
      const code = this.#line.charCodeAt(this.#at)
      if (code === 61 || code === 34) return this.#unexpected(String.fromCharCode(code))
      if (code <= 32) break
    }
    this.value = this.#line.slice(start, this.#at)
    return true
  }

  #readQuoted(): boolean {
    const start = this.#at + 1
    let isEscaped = false
    let hasEscapes = false
    for (let at = start; at < this.#line.length; at++) {
      const code = this.#line.charCodeAt(at)
      if (isEscaped) isEscaped = false
      else if (code === 92) {
        isEscaped = true
        hasEscapes = true
      } else if (code === 34) {
        this.#at = at + 1
        return this.#setQuoted(this.#line.slice(start, at), hasEscapes)
      }
    }
    this.#at = this.#line.length
    this.#fail('unterminated quoted value')
    return false
  }

  #setQuoted(raw: string, hasEscapes: boolean): boolean {
    // eslint-disable-next-line no-control-regex -- an escaped value with a raw control character is refused, as in JSON
    const text = hasEscapes && /[\u0000-\u001f]/.test(raw) ? undefined : unescapeJson(raw.replaceAll("\\'", "'"))
    if (text === undefined) {
      this.#fail('invalid quoted value')
      return false
    }
    this.value = text
    return true
  }

  #skipBlanks(): void {
    while (!this.isAtEnd && this.#line.charCodeAt(this.#at) <= 32) this.#at++
  }

  #skipValue(): false {
    while (!this.isAtEnd && this.#line.charCodeAt(this.#at) > 32) this.#at++
    return false
  }

  #unexpected(character: string): false {
    this.#fail(`unexpected '${character}'`)
    return this.#skipValue()
  }

  #fail(reason: string): void {
    const position = Buffer.byteLength(this.#line.slice(0, this.#at)) + 1
    this.error = `logfmt syntax error at pos ${position} : ${reason}`
  }
}
