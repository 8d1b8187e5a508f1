import { compareLabels, labelsKey, type Label, type Labels } from '../labels/labels.ts'
import type { Grouping } from '../syntax/ast.ts'
import type { VectorOperation } from '../syntax/token.ts'
import type { Sample, StepEvaluator } from './step.ts'

interface Group {
  readonly labels: Labels
  readonly samples: Sample[]
}

export interface AggregationOptions {
  readonly operation: VectorOperation
  readonly parameter: number
  readonly grouping: Grouping | undefined
}

/** `sum by (a) (...)` and the other aggregations over series, one step at a time. */
export class VectorAggregation implements StepEvaluator {
  readonly #operand: StepEvaluator
  readonly #options: AggregationOptions
  readonly #groupLabels: (labels: Labels) => { readonly key: string; readonly labels: Labels }

  constructor(operand: StepEvaluator, options: AggregationOptions) {
    this.#operand = operand
    this.#options = options
    this.#groupLabels = groupingBy(options.grouping)
  }

  at(step: number): readonly Sample[] {
    const groups = new Map<string, Group>()
    for (const sample of this.#operand.at(step)) {
      const { key, labels } = this.#groupLabels(sample.labels)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { labels, samples: [sample] })
      else group.samples.push(sample)
    }
    return [...groups.values()].flatMap((group) => aggregate(group, this.#options))
  }
}

/** Remembers each series' group: labels are the same object at every step. */
function groupingBy(grouping: Grouping | undefined): (labels: Labels) => { key: string; labels: Labels } {
  const names = new Set(grouping?.labels)
  const isWithout = grouping?.without === true
  const known = new Map<Labels, { key: string; labels: Labels }>()
  const groups = new Map<string, { key: string; labels: Labels }>()
  return (labels) => {
    const seen = known.get(labels)
    if (seen !== undefined) return seen
    const kept = labels.filter(([name]) => names.has(name) !== isWithout)
    const key = labelsKey(kept)
    const group = groups.get(key) ?? { key, labels: isWithout ? kept.filter(isSet) : kept }
    groups.set(key, group)
    known.set(labels, group)
    return group
  }
}

function isSet([, value]: Label): boolean {
  return value !== ''
}

function aggregate({ labels, samples }: Group, { operation, parameter }: AggregationOptions): Sample[] {
  switch (operation) {
    case 'topk':
    case 'approx_topk':
      return sortByValue(samples, 'descending').slice(0, parameter)
    case 'bottomk':
      return sortByValue(samples, 'ascending').slice(0, parameter)
    case 'sort':
      return sortByValue(samples, 'ascending')
    case 'sort_desc':
      return sortByValue(samples, 'descending')
    default:
      return [{ labels, value: reduce(operation, samples) }]
  }
}

/** NaN comes last either way; equal values in the order of their labels. */
function sortByValue(samples: readonly Sample[], direction: 'ascending' | 'descending'): Sample[] {
  const sign = direction === 'ascending' ? 1 : -1
  return samples.toSorted((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value))
    if (a.value !== b.value) return sign * (a.value < b.value ? -1 : 1)
    return compareLabels(a.labels, b.labels)
  })
}

function reduce(operation: VectorOperation, samples: readonly Sample[]): number {
  switch (operation) {
    case 'sum':
      return samples.reduce((total, { value }) => total + value, 0)
    case 'count':
      return samples.length
    case 'avg':
      return samples.reduce((mean, { value }, index) => (index === 0 ? value : mean + (value - mean) / (index + 1)), 0)
    case 'max':
      return samples.reduce((best, { value }) => (Number.isNaN(best) || best < value ? value : best), Number.NaN)
    case 'min':
      return samples.reduce((best, { value }) => (Number.isNaN(best) || best > value ? value : best), Number.NaN)
    case 'stddev':
      return Math.sqrt(variance(samples))
    case 'stdvar':
      return variance(samples)
    default:
      throw new Error(`${operation} does not reduce a group to one value`)
  }
}

/** Welford's algorithm, begun with the first value as mean. */
function variance(samples: readonly Sample[]): number {
  let mean = samples[0]?.value ?? 0
  let squares = 0
  for (const [index, { value }] of samples.entries()) {
    if (index === 0) continue
    const delta = value - mean
    mean += delta / (index + 1)
    squares += delta * (value - mean)
  }
  return squares / samples.length
}
