import { compileRegexp } from '../../regexp/index.ts'

type Matcher = ReturnType<typeof compileRegexp>

const compiled = new Map<string, Matcher>()
const maxCompiled = 500

/** Patterns match the whole value, and `.` matches a line end, as in Tempo. */
export function matchesRegex(pattern: string, value: string): boolean {
  let matcher = compiled.get(pattern)
  if (matcher === undefined) {
    matcher = compileRegexp(`(?s:${pattern})`, { anchored: true })
    if (compiled.size >= maxCompiled) compiled.clear()
    compiled.set(pattern, matcher)
  }
  return matcher.test(value)
}

/** Why the pattern is no RE2 pattern; undefined when it is one. */
export function regexFault(pattern: string): string | undefined {
  try {
    compileRegexp(pattern)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
