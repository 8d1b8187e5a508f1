import { StageError } from './stage.ts'

type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'capture'; readonly name: string | undefined }

/** `<ip> - <_> [<time>]`: literals and captures, as `| pattern` and the line filters `|>` and `!>` take them. */
function parseParts(pattern: string): Part[] {
  const parts: Part[] = []
  let from = 0
  for (const match of pattern.matchAll(/<([a-zA-Z_]\w*)>/g)) {
    if (match.index > from) parts.push({ kind: 'literal', text: pattern.slice(from, match.index) })
    parts.push({ kind: 'capture', name: match[1] === '_' ? undefined : match[1] })
    from = match.index + match[0].length
  }
  if (from < pattern.length) parts.push({ kind: 'literal', text: pattern.slice(from) })
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1]
    if (part.kind === 'capture' && next?.kind === 'capture') {
      throw new StageError(`found consecutive capture '<${part.name ?? '_'}><${next.name ?? '_'}>': invalid expression`)
    }
  }
  return parts
}

/** For `| pattern`. Throws `StageError`. */
export class CapturePattern {
  readonly names: readonly string[]
  readonly #parts: readonly Part[]

  constructor(pattern: string) {
    this.#parts = parseParts(pattern)
    this.names = this.#parts.flatMap((part) => (part.kind === 'capture' && part.name !== undefined ? [part.name] : []))
    if (this.names.length === 0) throw new StageError('at least one capture is required')
    const repeated = this.names.find((name, index) => this.names.indexOf(name) !== index)
    if (repeated !== undefined) throw new StageError(`duplicate capture name (${repeated}): invalid expression`)
  }

  /** Captures from the left; where a literal is missing, the capture before it takes the rest and the match ends. */
  captures(line: string): string[] {
    const captures: string[] = []
    if (line === '') return captures
    let at = 0
    let open: { readonly name: string | undefined } | undefined
    for (const [index, part] of this.#parts.entries()) {
      if (part.kind === 'capture') {
        open = part
        continue
      }
      const found = line.indexOf(part.text, at)
      if (index === 0 && found !== 0) return captures
      if (open?.name !== undefined) captures.push(found === -1 ? line.slice(at) : line.slice(at, found))
      open = undefined
      if (found === -1) return captures
      at = found + part.text.length
    }
    if (open?.name !== undefined) captures.push(line.slice(at))
    return captures
  }
}

/** For `|>` and `!>`: unnamed captures only, none of them empty; without captures the line must equal the text. */
export function compilePatternFilter(pattern: string): (line: string) => boolean {
  const parts = parseParts(pattern)
  for (const part of parts) {
    if (part.kind === 'capture' && part.name !== undefined) {
      throw new StageError(`named captures are not allowed: found '<${part.name}>'`)
    }
  }
  const endsOnCapture = parts.at(-1)?.kind === 'capture'
  return (line) => {
    if (line === '' || parts.length === 0) return line === '' && parts.length === 0
    let at = 0
    for (const [index, part] of parts.entries()) {
      if (part.kind === 'capture') continue
      const found = line.indexOf(part.text, at)
      if (found === -1 || (index !== 0 && found === at)) return false
      at = found + part.text.length
    }
    return endsOnCapture === at < line.length
  }
}
