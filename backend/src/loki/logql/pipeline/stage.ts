import type { LabelsBuilder } from '../labels/labels-builder.ts'

/** One step of a pipeline: gives the line for the next step, `undefined` where the entry is filtered out. */
export interface Stage {
  /** Labels it reads; a metric query that needs no others lets parsers skip the rest. */
  readonly requiredLabels: readonly string[]
  process(line: string, labels: LabelsBuilder): string | undefined
}

/** A stage that cannot be built from what the query says, such as a pattern without captures. */
export class StageError extends Error {
  override readonly name = 'StageError'
}

export const parserErrors = {
  json: 'JSONParserErr',
  logfmt: 'LogfmtParserErr',
  sampleExtraction: 'SampleExtractionErr',
  labelFilter: 'LabelFilterErr',
  template: 'TemplateFormatErr',
} as const
