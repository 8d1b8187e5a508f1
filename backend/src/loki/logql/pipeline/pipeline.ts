// Syntax tree → stages in the order they run, and the part of them that the store can do on bytes.
import { LogqlParseError } from '../syntax/parse-error.ts'
import { formatStage } from '../syntax/format.ts'
import type { LineFilterExpr, StageExpr } from '../syntax/ast.ts'
import { PatternStage, RegexpStage } from './captures.ts'
import { DecolorizeStage } from './decolorize.ts'
import { DropStage, KeepStage } from './drop-keep.ts'
import { LabelFormatStage, LineFormatStage } from './formatting.ts'
import { JsonExpressionStage } from './json-expression.ts'
import { JsonStage } from './json.ts'
import { isAlwaysTrue, LabelFilterStage } from './label-filter.ts'
import { LineFilterStage, requiredText } from './line-filter.ts'
import { LogfmtExpressionStage } from './logfmt-expression.ts'
import { LogfmtStage } from './logfmt.ts'
import { StageError, type Stage } from './stage.ts'
import { UnpackStage } from './unpack.ts'

export interface PlannedPipeline {
  /** Texts every line must hold: searched by the store before a line is decoded. */
  readonly requiredTexts: readonly string[]
  /** What is left to do on decoded lines. */
  readonly stages: readonly Stage[]
}

/** Throws `LogqlParseError` for a stage that cannot be built. */
export function planPipeline(stages: readonly StageExpr[]): PlannedPipeline {
  const ordered = lineFiltersFirst(stages)
  const requiredTexts: string[] = []
  let from = 0
  for (const stage of ordered) {
    const text = stage.kind === 'line-filter' ? requiredText(stage) : undefined
    if (text === undefined) break
    buildStage(stage)
    requiredTexts.push(text)
    from++
  }
  return { requiredTexts, stages: ordered.slice(from).flatMap((stage) => buildStage(stage) ?? []) }
}

/** Line filters move before stages that leave the line alone, as in Loki, which counts `decolorize` among those. */
function lineFiltersFirst(stages: readonly StageExpr[]): StageExpr[] {
  const ordered: StageExpr[] = []
  let filters: LineFilterExpr[] = []
  let others: StageExpr[] = []
  const flush = (): void => {
    ordered.push(...filters, ...others)
    filters = []
    others = []
  }
  for (const stage of stages) {
    if (stage.kind === 'line-filter') filters.push(stage)
    else if (stage.kind === 'label-filter') {
      flush()
      ordered.push(stage)
    } else {
      others.push(stage)
      if (stage.kind === 'line-format' || stage.kind === 'unpack') flush()
    }
  }
  flush()
  return ordered
}

function buildStage(stage: StageExpr): Stage | undefined {
  try {
    return newStage(stage)
  } catch (error) {
    if (!(error instanceof StageError)) throw error
    if (stage.kind === 'regexp' || stage.kind === 'pattern') {
      throw new LogqlParseError(`invalid ${stage.kind} parser: ${error.message}`)
    }
    throw new LogqlParseError(`stage '${formatStage(stage)}' : ${error.message}`)
  }
}

function newStage(stage: StageExpr): Stage | undefined {
  switch (stage.kind) {
    case 'line-filter':
      return new LineFilterStage(stage)
    case 'json':
      return stage.extractions.length > 0 ? new JsonExpressionStage(stage.extractions) : new JsonStage()
    case 'logfmt':
      return stage.extractions.length > 0
        ? new LogfmtExpressionStage(stage.extractions, stage.strict)
        : new LogfmtStage(stage)
    case 'regexp':
      return new RegexpStage(stage.pattern)
    case 'pattern':
      return new PatternStage(stage.pattern)
    case 'unpack':
      return new UnpackStage()
    case 'label-filter':
      return isAlwaysTrue(stage.filter) ? undefined : new LabelFilterStage(stage.filter)
    case 'line-format':
      return new LineFormatStage(stage.template)
    case 'label-format':
      return new LabelFormatStage(stage.formats)
    case 'drop':
      return new DropStage(stage.labels)
    case 'keep':
      return new KeepStage(stage.labels)
    case 'decolorize':
      return new DecolorizeStage()
  }
}
