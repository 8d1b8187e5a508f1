import type { DurationNs } from './duration.ts'
import type { LogqlParseError, Position } from './parse-error.ts'

/**
 * `type` is the word or sign itself for keywords, functions and punctuation (`by`, `rate`, `|=`),
 * and one of these names for tokens that carry a value.
 */
export type Token =
  | {
      readonly type: 'IDENTIFIER' | 'STRING' | 'NUMBER' | 'FUNCTION_FLAG'
      readonly text: string
      readonly at: Position
    }
  | { readonly type: 'DURATION' | 'RANGE'; readonly text: string; readonly duration: DurationNs; readonly at: Position }
  | { readonly type: 'BYTES'; readonly text: string; readonly bytes: number; readonly at: Position }
  | { readonly type: 'SYMBOL'; readonly text: string; readonly at: Position }
  | { readonly type: 'END'; readonly text: '$end'; readonly at: Position }
  /** Text that is no token: an error only where the grammar gets that far. */
  | { readonly type: 'ERROR'; readonly text: string; readonly error: LogqlParseError; readonly at: Position }

/** Range operations: functions of a log range. */
export const rangeOperations = [
  'rate',
  'rate_counter',
  'count_over_time',
  'bytes_rate',
  'bytes_over_time',
  'avg_over_time',
  'sum_over_time',
  'min_over_time',
  'max_over_time',
  'stdvar_over_time',
  'stddev_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
  'absent_over_time',
] as const
export type RangeOperation = (typeof rangeOperations)[number]

/** Vector operations: aggregations over series. */
export const vectorOperations = [
  'sum',
  'avg',
  'max',
  'min',
  'count',
  'stddev',
  'stdvar',
  'bottomk',
  'topk',
  'sort',
  'sort_desc',
  'approx_topk',
] as const
export type VectorOperation = (typeof vectorOperations)[number]

/** Words that are functions only where a bracket or a grouping follows; elsewhere they are identifiers. */
export const functionWords: ReadonlySet<string> = new Set<string>([
  ...rangeOperations,
  ...vectorOperations,
  'vector',
  'label_replace',
  'bytes',
  'duration',
  'duration_seconds',
  'ip',
])

/** Words that can never be identifiers. */
export const keywords: ReadonlySet<string> = new Set([
  'unwrap',
  'by',
  'without',
  'bool',
  'offset',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'or',
  'and',
  'unless',
  'json',
  'regexp',
  'logfmt',
  'unpack',
  'pattern',
  'label_format',
  'line_format',
  'decolorize',
  'drop',
  'keep',
  'variants',
  'of',
])

export const twoCharacterSymbols: ReadonlySet<string> = new Set([
  '!=',
  '=~',
  '!~',
  '!>',
  '|=',
  '|~',
  '|>',
  '==',
  '>=',
  '<=',
])
export const oneCharacterSymbols = ',.{}=|()]+-*/%^<>'
