// A range aggregation → how samples are taken from entries: the stages to run, the number to read, the labels to keep,
// and the hints that spare parsers what nobody asks for.
import { LabelsBuilder, type SampleGrouping } from '../labels/labels-builder.ts'
import type { Labels } from '../labels/labels.ts'
import { ParserHints } from '../labels/parser-hints.ts'
import { LabelFilterStage } from '../pipeline/label-filter.ts'
import { planPipeline } from '../pipeline/pipeline.ts'
import { parserErrors, type Stage } from '../pipeline/stage.ts'
import type { Grouping, RangeAggregationExpr, StageExpr, UnwrapConversion } from '../syntax/ast.ts'
import { parseByteSize } from '../syntax/byte-size.ts'
import { parseGoDuration } from '../syntax/duration.ts'
import { goFloatError, parseGoFloat } from '../syntax/go-number.ts'

export interface SamplePlan {
  readonly requiredTexts: readonly string[]
  readonly stages: readonly Stage[]
  readonly grouping: SampleGrouping
  readonly value: 'count' | 'bytes' | UnwrapPlan
  /** Fresh for each stream. */
  builder(labels: Labels): LabelsBuilder
}

export interface UnwrapPlan {
  readonly label: string
  readonly convert: (text: string) => number
  readonly filters: readonly LabelFilterStage[]
}

const reducibleBySum: ReadonlySet<string> = new Set([
  'bytes_over_time',
  'bytes_rate',
  'sum_over_time',
  'rate',
  'count_over_time',
])

/** `sum` is the grouping of a sum around the aggregation: it can be done where the samples are taken. */
export function planSamples(expr: RangeAggregationExpr, sum: Grouping | undefined): SamplePlan {
  const { unwrap } = expr.range
  const isPushedDown = sum !== undefined && expr.grouping === undefined && reducibleBySum.has(expr.operation)
  const requested = isPushedDown ? sum : expr.grouping
  const isSingle =
    expr.operation === 'absent_over_time' ||
    (requested !== undefined && !requested.without && requested.labels.length === 0)
  const { requiredTexts, stages } = planPipeline(withoutUselessFormats(expr))
  const filters = (unwrap?.filters ?? []).map((filter) => new LabelFilterStage(filter))
  const names = requested?.labels ?? []
  const isWithout = requested?.without === true || (unwrap !== undefined && names.length === 0)
  const withoutNames = unwrap === undefined ? names : [...names, unwrap.label]
  const groupNames = isWithout ? withoutNames : names
  const needed = [...stages, ...filters].flatMap((stage) => stage.requiredLabels)
  const hinted = [...needed, ...groupNames, ...(unwrap === undefined ? [] : [unwrap.label])]
  const testable = [...stages, ...filters].filter((stage) => stage instanceof LabelFilterStage)

  return {
    requiredTexts,
    stages,
    grouping: groupingOf({ isSingle, isWithout, names: groupNames }),
    value:
      unwrap === undefined
        ? lineValue(expr.operation)
        : { label: unwrap.label, convert: converter(unwrap.conversion), filters },
    builder: (labels) => {
      const hints = newHints({ isSingle, isOpen: isWithout || groupNames.length === 0, hinted })
      const builder = new LabelsBuilder(labels, hints)
      // A grouping that names its labels parses just those and leaves filters to the stages.
      if (isSingle ? hinted.length > 0 : isWithout || groupNames.length === 0)
        hints.filters = filterTests(testable, builder)
      return builder
    },
  }
}

/** For log queries: everything is parsed, and filters may end a line early. */
export function logBuilder(labels: Labels, stages: readonly Stage[]): LabelsBuilder {
  const hints = ParserHints.all()
  const builder = new LabelsBuilder(labels, hints)
  hints.filters = filterTests(stages, builder)
  return builder
}

function newHints({
  isSingle,
  isOpen,
  hinted,
}: {
  isSingle: boolean
  isOpen: boolean
  hinted: readonly string[]
}): ParserHints {
  if (isSingle) return hinted.length > 0 ? ParserHints.only(hinted) : ParserHints.nothing()
  return isOpen ? ParserHints.all() : ParserHints.only(hinted)
}

function filterTests(stages: readonly Stage[], builder: LabelsBuilder): ReadonlyMap<string, () => boolean> {
  const tests = new Map<string, () => boolean>()
  for (const stage of stages) {
    if (!(stage instanceof LabelFilterStage) || stage.onlyLabel === undefined || tests.has(stage.onlyLabel)) continue
    tests.set(stage.onlyLabel, () => stage.passes(builder))
  }
  return tests
}

function groupingOf({
  isSingle,
  isWithout,
  names,
}: {
  isSingle: boolean
  isWithout: boolean
  names: readonly string[]
}): SampleGrouping {
  if (isSingle) return { kind: 'none' }
  if (names.length === 0) return { kind: 'all' }
  return isWithout ? { kind: 'without', nameSet: new Set(names) } : { kind: 'by', names: [...new Set(names)].sort() }
}

function lineValue(operation: string): 'count' | 'bytes' {
  return operation === 'bytes_over_time' || operation === 'bytes_rate' ? 'bytes' : 'count'
}

function converter(conversion: UnwrapConversion | undefined): (text: string) => number {
  if (conversion === 'bytes') return parseByteSize
  if (conversion === undefined) return readFloat
  return (text) => parseGoDuration(text) / 1e9
}

function readFloat(text: string): number {
  const value = parseGoFloat(text)
  if (value === undefined) throw new Error(goFloatError(text))
  return value
}

/** A `line_format` that no later stage reads changes nothing but the bytes of the line. */
function withoutUselessFormats(expr: RangeAggregationExpr): readonly StageExpr[] {
  const { stages } = expr.range.log
  if (lineValue(expr.operation) === 'bytes') return stages
  const readsLine = (stage: StageExpr): boolean =>
    ['logfmt', 'json', 'regexp', 'pattern', 'unpack', 'line-filter'].includes(stage.kind)
  return stages.filter((stage, index) => stage.kind !== 'line-format' || stages.slice(index + 1).some(readsLine))
}

/** The number of an entry that has passed its stages; `undefined` where it has none or a filter behind the unwrap refuses it. */
export function unwrapValue(
  { label, convert, filters }: UnwrapPlan,
  line: string,
  labels: LabelsBuilder,
): number | undefined {
  const text = labels.get(label)
  if (text === undefined || text === '') return undefined
  let value = 0
  try {
    value = convert(text)
  } catch (error) {
    labels.fail(parserErrors.sampleExtraction, error instanceof Error ? error.message : String(error))
  }
  for (const filter of filters) if (filter.process(line, labels) === undefined) return undefined
  return value
}
