import { compareLabels } from '../labels/labels.ts'
import { documentedType, type Expr, valueType } from './ast.ts'
import { PromqlPlanError } from './errors.ts'
import { Evaluator } from './eval/evaluator.ts'
import { removeDroppedNames } from './eval/merge-series.ts'
import { QueryContext } from './eval/query-context.ts'
import type { SampleSource } from './eval/sample-series.ts'
import { rawSamples } from './eval/raw-samples.ts'
import type { Series } from './eval/series.ts'
import { Timeline } from './eval/timeline.ts'
import type { PromqlFeatures } from './features.ts'
import { parseExpr } from './parser/parser.ts'
import { buildPlan } from './plan/build-plan.ts'
import type { PlanNode } from './plan/plan-node.ts'
import type { RawSeries } from './eval/raw-samples.ts'

export type EngineOptions = {
  features: PromqlFeatures
  lookbackMs: number
  maxSamples: number
  timeoutMs: number
  /** Step of subqueries that name none. */
  defaultStepMs: number
}

export type QueryOptions = {
  source: SampleSource
  lookbackMs?: number | undefined
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
}

export type QueryResult = {
  value:
    | { type: 'vector'; series: Series[]; atMs: number }
    | { type: 'scalar'; value: number; atMs: number }
    | { type: 'string'; value: string; atMs: number }
    | { type: 'matrix'; series: Series[]; timeline: Timeline }
    | { type: 'window'; series: RawSeries[] }
  warnings: string[]
  infos: string[]
  peakSamples: number
}

/**
 * Parses, plans and evaluates queries over a source of samples. Holds no state between queries.
 * @throws PromqlParseError, PromqlPlanError, PromqlExecutionError, PromqlTimeoutError, PromqlCanceledError
 */
export class PromqlEngine {
  readonly #options: EngineOptions

  constructor(options: EngineOptions) {
    this.#options = options
  }

  parse(query: string): Expr {
    return parseExpr(query, this.#options.features)
  }

  async instant(query: string, atMs: number, options: QueryOptions): Promise<QueryResult> {
    const expr = this.parse(query)
    const plan = buildPlan(expr, { startMs: atMs, endMs: atMs, stepMs: 0 })
    const context = this.#context(options)
    const value = await this.#instantValue(plan, atMs, context)
    return this.#answer(query, context, value)
  }

  async range(
    query: string,
    startMs: number,
    endMs: number,
    stepMs: number,
    options: QueryOptions,
  ): Promise<QueryResult> {
    const expr = this.parse(query)
    const type = valueType(expr)
    if (type !== 'vector' && type !== 'scalar') {
      const got = JSON.stringify(documentedType(type))
      throw new PromqlPlanError(`invalid expression type ${got} for range query, must be Scalar or instant Vector`)
    }
    const plan = buildPlan(expr, { startMs, endMs, stepMs })
    const timeline = new Timeline(startMs, endMs, stepMs)
    const context = this.#context(options)
    const series = this.#finish(await new Evaluator(context).evaluate(plan, timeline))
    series.sort((a, b) => compareLabels(a.labels, b.labels))
    return this.#answer(query, context, { type: 'matrix', series, timeline })
  }

  async #instantValue(plan: PlanNode, atMs: number, context: QueryContext): Promise<QueryResult['value']> {
    const node = plan.kind === 'invariant' ? plan.expr : plan
    if (node.kind === 'string') return { type: 'string', value: node.value, atMs }
    const evaluator = new Evaluator(context)
    const timeline = Timeline.instant(atMs)
    if (node.kind === 'window' || node.kind === 'subquery') {
      return { type: 'window', series: await rawSamples(evaluator, node, timeline) }
    }
    const series = this.#finish(await evaluator.evaluate(plan, timeline))
    if (plan.type === 'scalar') return { type: 'scalar', value: series[0]?.float(0) ?? NaN, atMs }
    return { type: 'vector', series, atMs }
  }

  #finish(series: Series[]): Series[] {
    return this.#options.features.delayedNameRemoval ? removeDroppedNames(series) : series
  }

  #answer(query: string, context: QueryContext, value: QueryResult['value']): QueryResult {
    const { annotations, peakSamples } = context
    return { value, warnings: annotations.warnings(query), infos: annotations.infos(query), peakSamples }
  }

  #context(options: QueryOptions): QueryContext {
    const { features, maxSamples, defaultStepMs } = this.#options
    return new QueryContext({
      source: options.source,
      features,
      maxSamples,
      defaultStepMs,
      lookbackMs: options.lookbackMs ?? this.#options.lookbackMs,
      timeoutMs: Math.min(options.timeoutMs ?? Infinity, this.#options.timeoutMs),
      signal: options.signal,
    })
  }
}
