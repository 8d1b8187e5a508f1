import type { Labels } from '../../labels/labels.ts'
import { withMetricName } from '../annotations.ts'
import { settleLabels, withoutName } from '../eval/merge-series.ts'
import { Series } from '../eval/series.ts'
import { formatG } from '../go-format.ts'
import { histogramFraction, histogramQuantile } from '../histogram/quantile.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { bucketFraction, bucketQuantile, type ClassicBucket } from './classic-histogram.ts'
import { HistogramGroups } from './histogram-groups.ts'
import {
  argument,
  argumentNode,
  scalarArgument,
  stringArgument,
  type VectorCall,
  type VectorFunction,
} from './vector-function.ts'

type Compute = {
  native: (histogram: FloatHistogram, step: number, metricName: string) => number | undefined
  classic: (buckets: ClassicBucket[], step: number, metricName: string) => number | undefined
}

/** One number of every histogram, native or classic, at every step. */
function perHistogram(
  call: VectorCall,
  groups: HistogramGroups,
  compute: Compute,
  relabel = (labels: Labels) => labels,
): Series[] {
  const { context } = call.evaluator
  const out: Series[] = []
  const finish = (labels: Labels, valueAt: (step: number) => number | undefined): void => {
    context.hold(call.timeline.length)
    const series = new Series(labels, call.timeline.length)
    for (let step = 0; step < series.length; step++) series.set(step, valueAt(step))
    if (series.isEmpty) return
    withoutName(context, series)
    series.labels = relabel(series.labels)
    out.push(series)
  }
  // Without delayed name removal the name is gone by the time Prometheus would tell it.
  const nameOf = (labels: Labels) => (context.features.delayedNameRemoval ? labels.metricName : '')
  for (const native of groups.natives) {
    finish(native.labels, (step) => {
      const histogram = groups.nativeAt(native, step)
      return histogram && compute.native(histogram, step, nameOf(native.labels))
    })
  }
  for (const group of groups.classics) {
    finish(group.labels, (step) => {
      const buckets = groups.bucketsAt(group, step)
      return buckets.length === 0 ? undefined : compute.classic(buckets, step, nameOf(group.labels))
    })
  }
  return out
}

function quantileCompute(call: VectorCall, quantiles: Float64Array, histogramArg: number): Compute {
  const { annotations } = call.evaluator.context
  const { pos } = argumentNode(call.node, histogramArg)
  return {
    native: (histogram, step, metricName) => {
      const { value, note } = histogramQuantile(quantiles[step] ?? NaN, histogram)
      if (note) {
        const result = note === 'nan-result' ? 'result is NaN' : 'result is skewed higher'
        annotations.inform(
          withMetricName(`input to histogram_quantile has NaN observations, ${result}`, metricName),
          pos,
        )
      }
      return value
    },
    classic: (buckets, step, metricName) => {
      const { value, forced } = bucketQuantile(quantiles[step] ?? NaN, buckets)
      if (forced) annotations.forcedMonotonicity(metricName, pos, call.timeline.at(step), forced)
      return value
    },
  }
}

function noteInvalidQuantiles(call: VectorCall, quantiles: Float64Array, arg: number): void {
  for (const q of quantiles) {
    if (q >= 0 && q <= 1) continue
    const text = `quantile value should be between 0 and 1, got ${formatG(q)}`
    call.evaluator.context.annotations.warn(text, argumentNode(call.node, arg).pos)
  }
}

const quantile: VectorFunction = async (call) => {
  const quantiles = await scalarArgument(call, 0)
  const operand = await argument(call, 1)
  noteInvalidQuantiles(call, quantiles, 0)
  const groups = new HistogramGroups(call.evaluator.context, operand, argumentNode(call.node, 1).pos)
  return settleLabels(call.evaluator.context, perHistogram(call, groups, quantileCompute(call, quantiles, 1)))
}

const quantiles: VectorFunction = async (call) => {
  const { context } = call.evaluator
  const operand = await argument(call, 0)
  const label = stringArgument(call.node, 1)
  const groups = new HistogramGroups(context, operand, argumentNode(call.node, 0).pos)
  const out: Series[] = []
  for (let arg = 2; arg < call.node.args.length; arg++) {
    const values = await scalarArgument(call, arg)
    noteInvalidQuantiles(call, values, arg)
    // A quantile that changes from step to step gives a series for every value it takes.
    for (const q of new Set(values)) {
      const only: Compute = onlyWhere(values, q, quantileCompute(call, values, 0))
      out.push(...perHistogram(call, groups, only, (labels) => labels.with({ [label]: openMetricsNumber(q) })))
    }
  }
  return settleLabels(context, out)
}

function onlyWhere(values: Float64Array, q: number, compute: Compute): Compute {
  if (values.every((value) => Object.is(value, q))) return compute
  const skip = (step: number) => !Object.is(values[step], q)
  return {
    native: (histogram, step, name) => (skip(step) ? undefined : compute.native(histogram, step, name)),
    classic: (buckets, step, name) => (skip(step) ? undefined : compute.classic(buckets, step, name)),
  }
}

/** 1 is spelled "1.0" in label values. */
function openMetricsNumber(value: number): string {
  const text = formatG(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

const fraction: VectorFunction = async (call) => {
  const { context } = call.evaluator
  const [lower, upper] = [await scalarArgument(call, 0), await scalarArgument(call, 1)]
  const operand = await argument(call, 2)
  const { pos } = argumentNode(call.node, 2)
  const groups = new HistogramGroups(context, operand, pos)
  const out = perHistogram(call, groups, {
    native: (histogram, step, metricName) => {
      const { value, note } = histogramFraction(lower[step] ?? NaN, upper[step] ?? NaN, histogram)
      const text = 'input to histogram_fraction has NaN observations, which are excluded from all fractions'
      if (note) context.annotations.inform(withMetricName(text, metricName), pos)
      return value
    },
    classic: (buckets, step) => bucketFraction(lower[step] ?? NaN, upper[step] ?? NaN, buckets),
  })
  return settleLabels(context, out)
}

export const QUANTILE_FUNCTIONS: readonly (readonly [string, VectorFunction])[] = [
  ['histogram_quantile', quantile],
  ['histogram_quantiles', quantiles],
  ['histogram_fraction', fraction],
]
