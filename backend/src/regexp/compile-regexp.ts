/**
 * Regular expressions with RE2's syntax and semantics (https://github.com/google/re2/wiki/Syntax, as Go's regexp package has them),
 * because JavaScript's differ silently. re2js decides what a pattern means; simpler matchers step in only where they are provably the same.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js'
import { RegexpError } from './regexp-error.ts'
import type { Regexp, RegexpMatch } from './regexp.ts'
import { expandTemplate } from './template.ts'

/**
 * @param options.anchored the whole text must match, as in PromQL and in label matchers (`^(?:pattern)$`)
 * @throws RegexpError
 */
export function compileRegexp(pattern: string, options: { anchored?: boolean } = {}): Regexp {
  return new Re2Regexp(pattern, options.anchored ?? false)
}

class Re2Regexp implements Regexp {
  readonly pattern: string
  readonly anchored: boolean
  readonly groupNames: readonly string[]
  readonly literals: readonly string[] | undefined
  readonly #re2: RE2JS

  constructor(pattern: string, anchored: boolean) {
    this.pattern = pattern
    this.anchored = anchored
    compileRe2(pattern, pattern)
    this.#re2 = anchored ? compileRe2(`^(?:${pattern})$`, pattern) : compileRe2(pattern, pattern)
    const names = Array.from({ length: this.#re2.groupCount() + 1 }, () => '')
    for (const [name, index] of Object.entries(this.#re2.namedGroups())) names[index] = name
    this.groupNames = names
    this.literals = undefined
  }

  test(text: string): boolean {
    return this.#re2.test(text)
  }

  exec(text: string, from = 0): RegexpMatch | undefined {
    const matcher = this.#re2.matcher(text)
    if (!matcher.find(from)) return undefined
    const spans: number[] = []
    const groups: (string | undefined)[] = []
    for (let group = 0; group < this.groupNames.length; group++) {
      const start = matcher.start(group)
      const end = matcher.end(group)
      spans.push(start, end)
      groups.push(start < 0 ? undefined : text.slice(start, end))
    }
    return { index: matcher.start(), end: matcher.end(), groups, spans }
  }

  /** As Go's FindAll: an empty match right after another match does not count. */
  *matchAll(text: string): Generator<RegexpMatch> {
    let from = 0
    let lastEnd = -1
    while (from <= text.length) {
      const match = this.exec(text, from)
      if (match === undefined) return
      if (match.end > match.index || match.index !== lastEnd) yield match
      lastEnd = match.end
      from = match.end > match.index ? match.end : nextCodePoint(text, match.end)
    }
  }

  replaceAll(text: string, template: string): string {
    let out = ''
    let at = 0
    for (const match of this.matchAll(text)) {
      out += text.slice(at, match.index) + expandTemplate(template, match, this.groupNames)
      at = match.end
    }
    return out + text.slice(at)
  }
}

function compileRe2(source: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException))
      throw new RegexpError(`error parsing regexp: ${String(cause)}`, pattern, 0, cause)
    const position = cause.getPattern() === null ? pattern.length : pattern.indexOf(cause.getPattern() ?? '')
    throw new RegexpError(cause.message, pattern, Math.max(0, position), cause)
  }
}

function nextCodePoint(text: string, index: number): number {
  return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)
}
