/**
 * Regular expressions with RE2's syntax and semantics (https://github.com/google/re2/wiki/Syntax, as Go's regexp package has them),
 * because JavaScript's differ silently. re2js decides what a pattern means and matches in time linear in the text; texts and globs are
 * answered by string search, and patterns that mean the same to RegExp go there as long as the text is short enough for any backtracking.
 */
import { longestSafeText } from './backtracking.ts'
import { asGlob, finiteTexts, matchesGlob } from './literals.ts'
import { Re2Matcher } from './re2-matcher.ts'
import type { Regexp, RegexpMatch } from './regexp.ts'
import { parseSimple, type SimplePattern } from './syntax-tree.ts'
import { expandTemplate } from './template.ts'
import { toJavaScript } from './to-javascript.ts'

export interface RegexpOptions {
  /** The whole text must match, as in PromQL and in label matchers. Default: false. */
  readonly anchored?: boolean
  /** `.` matches newline too. Default: that of `anchored`, because Prometheus, Loki and Tempo anchor with `^(?s:pattern)$`. */
  readonly dotAll?: boolean
}

/** @throws RegexpError */
export function compileRegexp(pattern: string, options: RegexpOptions = {}): Regexp {
  const anchored = options.anchored ?? false
  return new CompiledRegexp(pattern, anchored, options.dotAll ?? anchored)
}

/** Above this many alternatives one pass of a matcher beats one search for each. */
const maxSearchedTexts = 8

class CompiledRegexp implements Regexp {
  readonly pattern: string
  readonly anchored: boolean
  readonly groupNames: readonly string[]
  readonly literals: readonly string[] | undefined
  readonly #dotAll: boolean
  readonly #quickTest: ((text: string) => boolean | undefined) | undefined
  readonly #javaScript: RegExp | undefined
  readonly #safeLength: number
  #re2: Re2Matcher | undefined

  constructor(pattern: string, anchored: boolean, dotAll: boolean) {
    this.pattern = pattern
    this.anchored = anchored
    const simple = parseSimple(pattern)
    this.#dotAll = dotAll || (simple?.dotAll ?? false)
    if (simple === undefined) {
      this.#re2 = new Re2Matcher(pattern, { anchored, dotAll })
      this.groupNames = this.#re2.groupNames
      this.#safeLength = -1
      return
    }
    this.groupNames = simple.groupNames
    const texts = simple.ignoreCase ? undefined : finiteTexts(simple.root)
    this.literals = anchored ? texts : undefined
    this.#quickTest = quickTest(simple, texts, { anchored, dotAll: this.#dotAll })
    this.#safeLength = longestSafeText(simple.root, { anchored })
    if (this.#safeLength > 0) this.#javaScript = toJavaScript(simple, { anchored, dotAll: this.#dotAll })
  }

  test(text: string): boolean {
    const quick = this.#quickTest?.(text)
    if (quick !== undefined) return quick
    if (this.#javaScript === undefined || text.length > this.#safeLength) return this.#matcher().test(text)
    this.#javaScript.lastIndex = 0
    return this.#javaScript.test(text)
  }

  exec(text: string, from = 0): RegexpMatch | undefined {
    if (this.#javaScript === undefined || text.length > this.#safeLength) return this.#matcher().exec(text, from)
    this.#javaScript.lastIndex = from
    const match = this.#javaScript.exec(text)
    if (match === null) return undefined
    return { index: match.index, end: match.index + match[0].length, groups: match }
  }

  *matchAll(text: string): Generator<RegexpMatch> {
    let from = 0
    let lastEnd = -1
    while (from <= text.length) {
      const match = this.exec(text, from)
      if (match === undefined) return
      // As Go's FindAll: an empty match right behind another match does not count.
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

  #matcher(): Re2Matcher {
    return (this.#re2 ??= new Re2Matcher(this.pattern, { anchored: this.anchored, dotAll: this.#dotAll }))
  }
}

function quickTest(
  { root, ignoreCase }: SimplePattern,
  texts: readonly string[] | undefined,
  { anchored, dotAll }: { anchored: boolean; dotAll: boolean },
): ((text: string) => boolean | undefined) | undefined {
  if (ignoreCase) return undefined
  if (texts !== undefined && anchored) {
    const set = new Set(texts)
    return (text) => set.has(text)
  }
  if (texts !== undefined && texts.length <= maxSearchedTexts)
    return (text) => texts.some((part) => text.includes(part))
  const glob = asGlob(root, anchored)
  if (glob === undefined) return undefined
  if (dotAll) return (text) => matchesGlob(glob, text)
  return (text) => (text.includes('\n') ? undefined : matchesGlob(glob, text))
}

function nextCodePoint(text: string, index: number): number {
  return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)
}
