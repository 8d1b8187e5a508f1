// Regular expressions of label filters. They match whole values, except where Loki takes a shortcut.
import { compileStagePattern } from './captures.ts'

type LabelTest = (value: string) => boolean

const plain = String.raw`[^\\^$.|?*+()[\]{}]`
const leg = new RegExp(`^(\\.\\*)?(${plain}*)(\\.\\*)?$`)

/** The test of `label =~ pattern`. */
export function compileLabelPattern(pattern: string): LabelTest {
  return shortcut(pattern) ?? wholeValue(pattern)
}

function wholeValue(pattern: string): LabelTest {
  const compiled = compileStagePattern(pattern, { anchored: true })
  return (value) => compiled.test(value)
}

/**
 * Loki turns `foo.*`, `.*foo` and lists of such into a search for `foo`, in label filters as in line filters: there
 * `level =~ "rr.*"` finds `error`. In a list, a leg that lets everything through counts for nothing beside others.
 */
function shortcut(pattern: string): LabelTest | undefined {
  const isFolded = pattern.startsWith('(?i)')
  const bare = (isFolded ? pattern.slice(4) : pattern).replace(/^\(([^()]*)\)$/, '$1')
  const legs = bare.split('|').map((text) => leg.exec(text))
  const fold = (text: string): string => (isFolded ? text.toLowerCase() : text)
  const tests: LabelTest[] = []
  for (const match of legs) {
    if (match === null) return undefined
    const [, before, literal = '', after] = match
    if (literal === '') continue
    const wanted = fold(literal)
    const isSearch = before !== undefined || after !== undefined
    tests.push(isSearch ? (value) => fold(value).includes(wanted) : (value) => fold(value) === wanted)
  }
  return tests.length === 0 ? () => true : (value) => tests.some((test) => test(value))
}
