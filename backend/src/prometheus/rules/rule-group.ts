import type { WriteSeries } from '@playground/protocol/remote-write'
import type { Labels } from '../labels/labels.ts'
import type { Series } from '../promql/eval/series.ts'
import { AlertingRule } from './alerting-rule.ts'
import { RecordingRule } from './recording-rule.ts'
import type { RuleGroupSpec } from './rule-file.ts'
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
      const samples = rule.evaluate(result, atMs)
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

  /** Series that the rule no longer yields end with a staleness marker. */
  async #write(entry: RuleEntry, samples: readonly RuleSample[], atMs: number): Promise<void> {
    const current = new Map(samples.map(({ labels }) => [labels.key, labels]))
    const gone = [...entry.written.values()].filter(({ key }) => !current.has(key))
    const series = [
      ...samples.map(({ labels, value }) => seriesOf(labels, { timestampMs: atMs, value })),
      ...gone.map((labels) => seriesOf(labels, { timestampMs: atMs, value: NaN, stale: true })),
    ]
    entry.written = current
    if (series.length > 0) await this.#context.write(series)
  }
}

function seriesOf(labels: Labels, sample: WriteSeries['samples'][number]): WriteSeries {
  return { labels: [...labels.entries()], samples: [sample], histograms: [], exemplars: [] }
}
