// RE2 semantics, as Grafana Agent's Go has them. JavaScript's RegExp differs silently ((?i), (?P<n>), \z, [[:alpha:]]).
import { RE2JS } from 're2js'

export interface Match {
  /** Groups by number; 0 is the whole match. undefined: the group took no part. */
  readonly groups: readonly (string | undefined)[]
  readonly named: ReadonlyMap<string, number>
}

export interface Pattern {
  readonly source: string
  readonly groupNames: readonly string[]
  test(subject: string): boolean
  match(subject: string): Match | undefined
}

/** Compiles an RE2 pattern; `isAnchored` wraps it as Prometheus does, `^(?s:…)$`. Throws Error with RE2's reason. */
export function compilePattern(source: string, isAnchored = false): Pattern {
  let regexp: RE2JS
  try {
    // Alone first: the error then quotes what the person wrote, and "a)(b" cannot pass by the group around it.
    regexp = RE2JS.compile(source)
    if (isAnchored) regexp = RE2JS.compile(`^(?s:${source})$`)
  } catch (error) {
    throw new Error(`not a regular expression (RE2): ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
  const named = new Map(Object.entries(regexp.namedGroups()).map(([name, index]) => [name, Number(index)]))
  return {
    source,
    groupNames: [...named.keys()],
    test: (subject) => regexp.matcher(subject).find(),
    match(subject) {
      const matcher = regexp.matcher(subject)
      if (!matcher.find()) return undefined
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined)
      return { groups, named }
    },
  }
}

/** Go's Regexp.Expand: `$1`, `${1}`, `${name}`, `$name` (the longest run of word characters), `$$`. */
export function expandTemplate(template: string, match: Match): string {
  return template.replaceAll(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole: string, braced?: string, plain?: string) => {
    const name = braced ?? plain
    if (name === undefined) return whole === '$$' ? '$' : whole
    const index = /^\d+$/.test(name) ? Number(name) : match.named.get(name)
    return index === undefined ? '' : (match.groups[index] ?? '')
  })
}
