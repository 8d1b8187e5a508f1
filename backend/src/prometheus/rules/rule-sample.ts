import type { Labels } from '../labels/labels.ts'

/** What a rule writes at an evaluation. */
export type RuleSample = { labels: Labels; value: number }
