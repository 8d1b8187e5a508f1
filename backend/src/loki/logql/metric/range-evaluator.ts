import { parseGoFloat } from '../syntax/go-number.ts'
import { formatLabels, labelValue, labelsOf, type Labels } from '../labels/labels.ts'
import { errorLabel, preserveErrorLabel } from '../labels/special-labels.ts'
import type { QueryBudget } from '../query-budget.ts'
import { QueryError } from '../query-error.ts'
import type { LogSource } from '../source.ts'
import type { Grouping, LabelMatcher, RangeAggregationExpr } from '../syntax/ast.ts'
import { collectSamples } from './collect-samples.ts'
import { planSamples } from './sample-plan.ts'
import type { SampleSeries } from './sample-series.ts'
import type { Sample, StepEvaluator, StepGrid } from './step.ts'
import { windowFunction, type WindowFunction } from './window-functions.ts'

export interface EvaluationContext {
  readonly source: LogSource
  readonly grid: StepGrid
  readonly budget: QueryBudget
}

/** `rate({...}[5m])`: reads its samples once, then slides a window `(step - interval, step]` over each series. */
export async function rangeEvaluator(
  expr: RangeAggregationExpr,
  sum: Grouping | undefined,
  { source, grid, budget }: EvaluationContext,
): Promise<StepEvaluator> {
  const { interval, offset, log, unwrap } = expr.range
  const origin = grid.start - BigInt(offset)
  const selection = {
    matchers: log.matchers,
    start: origin - BigInt(interval) + 1n,
    end: origin + BigInt(grid.stepNs * (grid.count - 1)) + 1n,
  }
  const series = await collectSamples(source, selection, planSamples(expr, sum), { origin, budget })
  const apply = windowFunction(expr.operation, {
    intervalNs: interval,
    isUnwrapped: unwrap !== undefined,
    quantile: parseGoFloat(expr.parameter ?? '') ?? 0,
  })
  const windows = new SlidingWindows(series, { intervalNs: interval, stepNs: grid.stepNs, apply })
  if (expr.operation !== 'absent_over_time') return windows
  return absentEvaluator(windows, absentLabels(log.matchers))
}

class SlidingWindows implements StepEvaluator {
  readonly #windows: { readonly series: SampleSeries; from: number; to: number }[]
  readonly #options: { readonly intervalNs: number; readonly stepNs: number; readonly apply: WindowFunction }

  constructor(series: readonly SampleSeries[], options: { intervalNs: number; stepNs: number; apply: WindowFunction }) {
    this.#windows = series.map((one) => ({ series: one, from: 0, to: 0 }))
    this.#options = options
  }

  at(step: number): Sample[] {
    const { intervalNs, stepNs, apply } = this.#options
    const end = step * stepNs
    const samples: Sample[] = []
    for (const window of this.#windows) {
      const { times, values, count, labels } = window.series
      while (window.to < count && (times[window.to] ?? 0) <= end) window.to++
      while (window.from < window.to && (times[window.from] ?? 0) <= end - intervalNs) window.from++
      if (window.from === window.to) continue
      refuseError(labels)
      samples.push({ labels, value: apply({ times, values, from: window.from, to: window.to }) })
    }
    return samples
  }
}

/** Entries with an error end a metric query, unless it asks for the error itself. */
function refuseError(labels: Labels): void {
  const error = labelValue(labels, errorLabel)
  if (error === '' || labelValue(labels, preserveErrorLabel) === 'true') return
  throw new QueryError(
    `pipeline error: '${error}' for series: '${formatLabels(labels)}'.\n` +
      `Use a label filter to intentionally skip this error. (e.g | __error__!="${error}").\n` +
      `To skip all potential errors you can match empty errors.(e.g __error__="")\n` +
      `The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n`,
  )
}

function absentEvaluator(present: StepEvaluator, labels: Labels): StepEvaluator {
  const absent = [{ labels, value: 1 }]
  return { at: (step) => (present.at(step).length > 0 ? [] : absent) }
}

/** What the selector says for certain: labels it compares once, with `=`. */
function absentLabels(matchers: readonly LabelMatcher[]): Labels {
  const equal = new Map<string, string>()
  const uncertain = new Set<string>()
  for (const { name, operation, value } of matchers) {
    if (operation === '=' && !equal.has(name)) equal.set(name, value)
    else uncertain.add(name)
  }
  return labelsOf([...equal].filter(([name]) => !uncertain.has(name)))
}
