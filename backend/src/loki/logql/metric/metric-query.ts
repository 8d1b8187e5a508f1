import { compareLabels, labelsKey, type Labels } from '../labels/labels.ts'
import { QueryError } from '../query-error.ts'
import type { MetricExpr } from '../syntax/ast.ts'
import { createEvaluator } from './evaluator.ts'
import type { EvaluationContext } from './range-evaluator.ts'
import type { Sample } from './step.ts'

export interface MatrixSeries {
  readonly labels: Labels
  /** Milliseconds and value. */
  readonly points: readonly (readonly [number, number])[]
}

export type MetricResult =
  | { readonly kind: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly kind: 'vector'; readonly timeMs: number; readonly samples: readonly Sample[] }
  | { readonly kind: 'matrix'; readonly series: readonly MatrixSeries[]; readonly warning?: string }

export interface MetricOptions {
  readonly isInstant: boolean
  readonly maxSeries: number
  /** More series than allowed: cut and warn, instead of refusing. */
  readonly allowsPartial: boolean
}

const bytesPerPoint = 32

export async function evaluateMetric(
  expr: MetricExpr,
  context: EvaluationContext,
  options: MetricOptions,
): Promise<MetricResult> {
  const startMs = Number(context.grid.start / 1_000_000n)
  if (options.isInstant && expr.kind === 'literal') return { kind: 'scalar', timeMs: startMs, value: expr.value }
  const evaluator = await createEvaluator(expr, context)
  if (!options.isInstant) return evaluateMatrix(evaluator, context, options)
  const samples = evaluator.at(0)
  if (samples.length > options.maxSeries && !options.allowsPartial) throw tooManySeries(options.maxSeries)
  const kept = samples.slice(0, options.maxSeries)
  const ordered = isSorted(expr) ? kept : kept.toSorted((a, b) => compareLabels(a.labels, b.labels))
  return { kind: 'vector', timeMs: startMs, samples: ordered }
}

async function evaluateMatrix(
  evaluator: { at(step: number): readonly Sample[] },
  { grid, budget }: EvaluationContext,
  { maxSeries, allowsPartial }: MetricOptions,
): Promise<MetricResult> {
  const byLabels = new Map<Labels, [number, number][]>()
  const byKey = new Map<string, { labels: Labels; points: [number, number][] }>()
  let isPartial = false
  for (let step = 0; step < grid.count; step++) {
    const timeMs = Number((grid.start + BigInt(step) * BigInt(grid.stepNs)) / 1_000_000n)
    const samples = evaluator.at(step)
    budget.hold(samples.length * bytesPerPoint)
    for (const { labels, value } of samples) {
      let points = byLabels.get(labels)
      if (points === undefined) {
        const key = labelsKey(labels)
        if (!byKey.has(key) && byKey.size >= maxSeries) {
          if (!allowsPartial) throw tooManySeries(maxSeries)
          isPartial = true
          continue
        }
        const series = byKey.get(key) ?? { labels, points: [] }
        byKey.set(key, series)
        points = series.points
        byLabels.set(labels, points)
      }
      points.push([timeMs, value])
    }
    await budget.pause()
  }
  const series = [...byKey.values()].sort((a, b) => compareLabels(a.labels, b.labels))
  if (!isPartial) return { kind: 'matrix', series }
  return {
    kind: 'matrix',
    series,
    warning: `maximum number of series (${maxSeries}) reached for a single query; returning partial results`,
  }
}

function tooManySeries(limit: number): QueryError {
  return new QueryError(
    `maximum number of series (${limit}) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()`,
  )
}

/** A sort anywhere in the query makes the order of the answer part of it. */
function isSorted(expr: MetricExpr): boolean {
  switch (expr.kind) {
    case 'vector-aggregation':
      return expr.operation === 'sort' || expr.operation === 'sort_desc' || isSorted(expr.operand)
    case 'label-replace':
      return isSorted(expr.operand)
    case 'binary':
      return [expr.left, expr.right].some((side) => side.kind !== 'log' && isSorted(side))
    default:
      return false
  }
}
