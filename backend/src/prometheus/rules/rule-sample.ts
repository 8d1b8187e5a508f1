import type { Labels } from '../labels/labels.ts'
import type { FloatHistogram } from '../promql/histogram/float-histogram.ts'

/** What a rule writes at an evaluation. */
export type RuleSample = { labels: Labels; value: number | FloatHistogram }
