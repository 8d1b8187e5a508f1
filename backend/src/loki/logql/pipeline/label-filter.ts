import type { LabelsBuilder } from '../labels/labels-builder.ts'
import type { Comparison, LabelFilterExpr, LabelMatcher } from '../syntax/ast.ts'
import { parseByteSize } from '../syntax/byte-size.ts'
import { parseGoDuration } from '../syntax/duration.ts'
import { goFloatError, parseGoFloat } from '../syntax/go-number.ts'
import { compileIpFilter } from './ip-filter.ts'
import { compileLabelPattern } from './label-pattern.ts'
import { parserErrors, type Stage } from './stage.ts'

type LabelTest = (labels: LabelsBuilder) => boolean

/** `| level="error" and duration > 5s`. A value that does not convert passes, with an error that only string filters see. */
export class LabelFilterStage implements Stage {
  readonly requiredLabels: readonly string[]
  /** The one label it reads, where it is one; a parser may then drop a line as soon as it has that label. */
  readonly onlyLabel: string | undefined
  readonly #test: LabelTest

  constructor(filter: LabelFilterExpr) {
    this.requiredLabels = [...new Set(namesOf(filter))]
    this.onlyLabel = filter.kind === 'and' || filter.kind === 'or' ? undefined : this.requiredLabels[0]
    this.#test = compile(filter)
  }

  process(line: string, labels: LabelsBuilder): string | undefined {
    return this.#test(labels) ? line : undefined
  }

  passes(labels: LabelsBuilder): boolean {
    return this.#test(labels)
  }
}

/** `name =~ ".*"` lets everything through and reads nothing. */
export function isAlwaysTrue(filter: LabelFilterExpr): boolean {
  return filter.kind === 'string' && filter.matcher.operation === '=~' && filter.matcher.value === '.*'
}

function namesOf(filter: LabelFilterExpr): string[] {
  if ('left' in filter) return [...namesOf(filter.left), ...namesOf(filter.right)]
  if (filter.kind === 'string') return [filter.matcher.name]
  return [filter.name]
}

function compile(filter: LabelFilterExpr): LabelTest {
  switch (filter.kind) {
    case 'string': {
      const { name } = filter.matcher
      const test = compileStringTest(filter.matcher)
      return (labels) => test(labels.value(name))
    }
    case 'number':
      return compileComparison(filter.name, filter.comparison, filter.value, readNumber)
    case 'duration':
      return compileComparison(filter.name, filter.comparison, filter.value, parseGoDuration)
    case 'bytes':
      return compileComparison(filter.name, filter.comparison, filter.value, parseByteSize)
    case 'ip':
      return compileIpTest(filter.name, filter.pattern, filter.negated)
    case 'and': {
      // Both sides run even if the left one fails: a conversion error on the right is kept.
      const left = compile(filter.left)
      const right = compile(filter.right)
      return (labels) => {
        const passesLeft = left(labels)
        return right(labels) && passesLeft
      }
    }
    case 'or': {
      const left = compile(filter.left)
      const right = compile(filter.right)
      return (labels) => left(labels) || right(labels)
    }
  }
}

function compileStringTest({ operation, value: wanted }: LabelMatcher): (value: string) => boolean {
  if (operation === '=') return (value) => value === wanted
  if (operation === '!=') return (value) => value !== wanted
  const test = compileLabelPattern(wanted)
  return operation === '=~' ? test : (value) => !test(value)
}

function compileComparison(
  name: string,
  comparison: Comparison,
  wanted: number,
  convert: (text: string) => number,
): LabelTest {
  const compare = comparers[comparison]
  return (labels) => {
    const text = labels.get(name)
    if (text === undefined) return false
    let value: number
    try {
      value = convert(text)
    } catch (error) {
      if (labels.error === '')
        labels.fail(parserErrors.labelFilter, error instanceof Error ? error.message : String(error))
      return true
    }
    return compare(value, wanted)
  }
}

const comparers: Readonly<Record<Comparison, (value: number, wanted: number) => boolean>> = {
  '==': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
}

function readNumber(text: string): number {
  const value = parseGoFloat(text)
  if (value === undefined) throw new Error(goFloatError(text))
  return value
}

function compileIpTest(name: string, pattern: string, negated: boolean): LabelTest {
  const test = compileIpFilter(pattern)
  return (labels) => {
    if (labels.error !== '') return true
    const text = labels.get(name)
    return text !== undefined && test(text) !== negated
  }
}
