import type { WriteSeries } from '@playground/protocol/remote-write'
import type { Labels } from '../labels/labels.ts'
import type { SampleSource } from '../promql/eval/sample-series.ts'
import type { Series } from '../promql/eval/series.ts'
import { AlertingRule } from './alerting-rule.ts'
import { RecordingRule } from './recording-rule.ts'
import { fromFloatHistogram } from '../store/native-histogram.ts'
import type { RuleGroupSpec } from './rule-file.ts'
import { type EarlierState, earlierStates } from './restore-for-state.ts'
import type { RuleSample } from './rule-sample.ts'

export type RuleHealth = {
  health: 'unknown' | 'ok' | 'err'
  lastError: string
  evaluationSeconds: number
  lastEvaluationMs: number
}

export type RuleEntry = { rule: AlertingRule | RecordingRule; health: RuleHealth; written: Map<string, Labels> }

export type GroupContext = {
  query: (expr: string, atMs: number) => Promise<readonly Series[]>
  write: (series: WriteSeries[]) => Promise<void>
  /** Where the state of alerts before a restart is looked up. */
  source: SampleSource
}

/** Rules that are evaluated one after the other at the same time, each seeing what those before it have written. */
export class RuleGroup {
  readonly spec: RuleGroupSpec
  readonly entries: RuleEntry[]
  evaluationSeconds = 0
  lastEvaluationMs = 0
  readonly #context: GroupContext

  constructor(spec: RuleGroupSpec, context: GroupContext) {
    this.spec = spec
    this.#context = context
    this.entries = spec.rules.map((rule) => ({
      rule: rule.kind === 'alerting' ? new AlertingRule(rule, spec.labels) : new RecordingRule(rule, spec.labels),
      health: { health: 'unknown', lastError: '', evaluationSeconds: 0, lastEvaluationMs: 0 },
      written: new Map(),
    }))
  }

  async evaluate(atMs: number): Promise<void> {
    const started = performance.now()
    for (const entry of this.entries) await this.#evaluateRule(entry, atMs)
    this.evaluationSeconds = (performance.now() - started) / 1000
    this.lastEvaluationMs = atMs
  }

  async #evaluateRule(entry: RuleEntry, atMs: number): Promise<void> {
    const started = performance.now()
    const { rule, health } = entry
    try {
      const result = await this.#context.query(rule.spec.expr, atMs - this.spec.queryOffsetMs)
      const samples =
        rule instanceof AlertingRule
          ? rule.evaluate(result, atMs, this.#earlierStates(entry, rule, atMs))
          : rule.evaluate(result)
      if (this.spec.limit > 0 && samples.length > this.spec.limit) {
        throw new Error(`exceeded limit of ${this.spec.limit} with ${samples.length} series`)
      }
      await this.#write(entry, samples, atMs)
      health.health = 'ok'
      health.lastError = ''
    } catch (error) {
      // A rule that fails is a state of the rule, told by /api/v1/rules; the others go on.
      health.health = 'err'
      health.lastError = error instanceof Error ? error.message : String(error)
    }
    health.evaluationSeconds = (performance.now() - started) / 1000
    health.lastEvaluationMs = atMs
  }

  /** Only at a rule's first evaluation. */
  #earlierStates({ health }: RuleEntry, { spec }: AlertingRule, atMs: number): Map<string, EarlierState> | undefined {
    if (health.health !== 'unknown') return undefined
    return earlierStates(this.#context.source, spec.alert, spec.forMs, atMs)
  }

  /** Series that the rule no longer yields end with a staleness marker. */
  async #write(entry: RuleEntry, samples: readonly RuleSample[], atMs: number): Promise<void> {
    const current = new Map(samples.map(({ labels }) => [labels.key, labels]))
    const gone = [...entry.written.values()].filter(({ key }) => !current.has(key))
    const series = [
      ...samples.map(({ labels, value }) =>
        typeof value === 'number'
          ? seriesOf(labels, { samples: [{ timestampMs: atMs, value }] })
          : seriesOf(labels, { histograms: [fromFloatHistogram(value, atMs)] }),
      ),
      ...gone.map((labels) => seriesOf(labels, { samples: [{ timestampMs: atMs, value: NaN, stale: true }] })),
    ]
    entry.written = current
    if (series.length > 0) await this.#context.write(series)
  }
}

function seriesOf(labels: Labels, data: Partial<Pick<WriteSeries, 'samples' | 'histograms'>>): WriteSeries {
  return { labels: [...labels.entries()], samples: [], histograms: [], exemplars: [], ...data }
}
