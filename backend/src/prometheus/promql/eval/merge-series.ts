import { PromqlExecutionError } from '../errors.ts'
import type { QueryContext } from './query-context.ts'
import type { Series } from './series.ts'

const SAME_LABELS = 'vector cannot contain metrics with the same labelset'

/**
 * Series whose labels have become equal are one series, as long as they never have a value at the same step.
 * @throws PromqlExecutionError where they do.
 */
export function mergeSameLabels(series: Series[]): Series[] {
  const byKey = new Map<string, Series>()
  for (const next of series) {
    const known = byKey.get(next.labels.key)
    if (known) mergeInto(known, next)
    else byKey.set(next.labels.key, next)
  }
  return byKey.size === series.length ? series : [...byKey.values()]
}

export function rejectSameLabels(series: readonly Series[]): void {
  if (new Set(series.map(({ labels }) => labels.key)).size !== series.length)
    throw new PromqlExecutionError(SAME_LABELS)
}

/** Takes the metric name away, or notes that it has to go. */
export function withoutName(context: QueryContext, series: Series): void {
  series.dropName = true
  if (!context.features.delayedNameRemoval) series.labels = series.labels.dropMetadata()
}

/** Ends a node that may have made labels equal. With delayed name removal instant results are checked at the end. */
export function settleLabels(context: QueryContext, series: Series[]): Series[] {
  const length = series[0]?.length ?? 0
  return context.features.delayedNameRemoval && length === 1 ? series : mergeSameLabels(series)
}

/** The last act of delayed name removal. */
export function removeDroppedNames(series: Series[]): Series[] {
  for (const one of series) if (one.dropName) one.labels = one.labels.dropMetadata()
  return mergeSameLabels(series)
}

function mergeInto(target: Series, other: Series): void {
  for (let step = 0; step < target.length; step++) {
    if (other.isAbsent(step)) continue
    if (!target.isAbsent(step)) throw new PromqlExecutionError(SAME_LABELS)
    target.set(step, other.get(step))
  }
  target.dropName ||= other.dropName
}
