import { RE2JS, RE2JSSyntaxException } from 're2js'
import { RegexpError } from './regexp-error.ts'
import type { RegexpMatch } from './regexp.ts'

/** re2js compiles 100 KB of alternatives in 0.7 s; longer patterns would hold the thread for too long. */
const maxPatternLength = 100_000
/** Instructions. Time of a match is at worst this times the length of the text. */
const maxProgramSize = 20_000

/** A pattern as re2js understands it: all of RE2's syntax. */
export class Re2Matcher {
  readonly groupNames: readonly string[]
  readonly #re2: RE2JS

  /** @throws RegexpError */
  constructor(pattern: string, { anchored, dotAll }: { anchored: boolean; dotAll: boolean }) {
    if (pattern.length > maxPatternLength) throw tooLarge(pattern)
    // By itself first: wrapped, `a)(b` would be valid, and errors would quote the wrapping.
    const bare = compile(pattern, pattern)
    const body = dotAll ? `(?s:${pattern})` : `(?:${pattern})`
    this.#re2 = anchored ? compile(`^${body}$`, pattern) : dotAll ? compile(body, pattern) : bare
    if (this.#re2.programSize() > maxProgramSize) throw tooLarge(pattern)
    const names = Array.from({ length: this.#re2.groupCount() + 1 }, () => '')
    for (const [name, index] of Object.entries(this.#re2.namedGroups())) names[index] = name
    this.groupNames = names
  }

  test(text: string): boolean {
    return this.#re2.test(text)
  }

  exec(text: string, from: number): RegexpMatch | undefined {
    const matcher = this.#re2.matcher(text)
    if (!matcher.find(from)) return undefined
    const groups = this.groupNames.map((_, group) => {
      const start = matcher.start(group)
      return start < 0 ? undefined : text.slice(start, matcher.end(group))
    })
    return { index: matcher.start(), end: matcher.end(), groups }
  }
}

function compile(source: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause
    const part = cause.getPattern()
    throw new RegexpError(
      cause.message,
      pattern,
      part === null ? pattern.length : Math.max(0, pattern.indexOf(part)),
      cause,
    )
  }
}

function tooLarge(pattern: string): RegexpError {
  return new RegexpError('error parsing regexp: expression too large', pattern, 0)
}
