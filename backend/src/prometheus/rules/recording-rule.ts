import { METRIC_NAME } from '../labels/labels.ts'
import type { Series } from '../promql/eval/series.ts'
import type { RecordingSpec } from './rule-file.ts'
import type { RuleSample } from './rule-sample.ts'

export class RecordingRule {
  readonly spec: RecordingSpec
  readonly #groupLabels: Readonly<Record<string, string>>

  constructor(spec: RecordingSpec, groupLabels: Readonly<Record<string, string>>) {
    this.spec = spec
    this.#groupLabels = groupLabels
  }

  /** The result under the rule's name. @throws Error where two series become one. */
  evaluate(result: readonly Series[]): RuleSample[] {
    const own = { ...this.#groupLabels, ...this.spec.labels, [METRIC_NAME]: this.spec.record }
    const samples = result.flatMap((series) => {
      const value = series.get(0)
      return value === undefined ? [] : [{ labels: series.labels.with(own), value }]
    })
    if (new Set(samples.map(({ labels }) => labels.key)).size !== samples.length) {
      throw new Error('vector contains metrics with the same labelset after applying rule labels')
    }
    return samples
  }
}
