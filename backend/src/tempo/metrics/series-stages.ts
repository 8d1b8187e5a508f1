// Stages after a range function, and arithmetic between queries.
import { formatStatic, string, toFloat } from '../traceql/static.ts'
import { metricName, type Label, type Series, type SeriesSet } from './series.ts'
import type { ArithmeticOperator, ComparisonOperator } from '../traceql/operator.ts'
import type { MetricsStage } from '../traceql/ast.ts'
import type { Static } from '../traceql/static.ts'

export function applyStages(set: SeriesSet, stages: readonly MetricsStage[]): SeriesSet {
  return stages.reduce(applyStage, set)
}

function applyStage(set: SeriesSet, stage: MetricsStage): SeriesSet {
  switch (stage.kind) {
    case 'topk':
    case 'bottomk':
      return selectExtremes(set, stage.limit, stage.kind === 'topk')
    case 'metrics filter':
      return filterPoints(set, (value) => compares(stage.operator, value, stage.value))
    case 'metrics scalar': {
      const { operator, value: constant, scalarOnLeft } = stage
      const apply = (value: number): number =>
        scalarOnLeft ? calculate(operator, constant, value) : calculate(operator, value, constant)
      return mapSeries(set, (series) => ({
        ...series,
        values: series.values.map(apply),
        exemplars: series.exemplars.map((exemplar) => ({ ...exemplar, value: apply(exemplar.value) })),
      }))
    }
  }
}

function mapSeries(set: SeriesSet, map: (series: Series) => Series): SeriesSet {
  return new Map([...set].map(([key, series]) => [key, map(series)]))
}

function compares(operator: ComparisonOperator, value: number, bound: number): boolean {
  switch (operator) {
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '=':
      return value === bound
    case '!=':
      return value !== bound
  }
}

function filterPoints(set: SeriesSet, accepts: (value: number) => boolean): SeriesSet {
  const kept: SeriesSet = new Map()
  for (const [key, series] of set) {
    const values = series.values.map((value) => (accepts(value) ? value : NaN))
    if (values.every(Number.isNaN)) continue
    const exemplars = series.exemplars.filter(({ value }) => !Number.isNaN(value) && accepts(value))
    kept.set(key, { ...series, values, exemplars })
  }
  return kept
}

/** The largest or smallest points of each interval; of equal ones, `topk` keeps the first series in the order of keys, `bottomk` the last. */
function selectExtremes(set: SeriesSet, limit: number, largest: boolean): SeriesSet {
  if (set.size <= limit) return set
  const entries = [...set].sort(([, a], [, b]) => compareKeys(a.labels, b.labels) * (largest ? 1 : -1))
  const kept = new Map<string, Series>()
  const intervals = entries[0]?.[1].values.length ?? 0
  for (let interval = 0; interval < intervals; interval++) {
    const points = entries
      .map(([key, series]) => ({ key, series, value: series.values[interval] ?? NaN }))
      .filter(({ value }) => !Number.isNaN(value))
      // Sorting is stable: equal points stay in the order of their labels.
      .sort((a, b) => (largest ? b.value - a.value : a.value - b.value))
    for (const { key, series, value } of points.slice(0, limit)) {
      const target = kept.get(key) ?? { ...series, values: new Float64Array(intervals).fill(NaN) }
      kept.set(key, target)
      target.values[interval] = value
    }
  }
  return kept
}

function compareKeys(a: readonly Label[], b: readonly Label[]): number {
  for (const [index, { value }] of a.entries()) {
    const other = b[index]?.value ?? string('')
    const order = compareTexts(textOf(value), textOf(other)) || codeOf(other) - codeOf(value)
    if (order !== 0) return order
  }
  return 0
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Numbers and booleans have no text in Tempo's keys, so that they stand before every text, the largest first. */
function textOf(value: Static): string {
  return value.type === 'string' ? value.value : ''
}

function codeOf(value: Static): number {
  return value.type === 'boolean' ? Number(value.value) : value.type === 'string' ? 0 : toFloat(value)
}

function calculate(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0 ? NaN : left / right
  }
}

/** Joins series of equal labels; a query with one unlabelled series goes with every series of the other. */
export function combine(operator: ArithmeticOperator, left: SeriesSet, right: SeriesSet): SeriesSet {
  const target = right.has('') ? left : right
  const combined: SeriesSet = new Map()
  for (const key of target.keys()) {
    const a = left.get(key) ?? left.get('')
    const b = right.get(key) ?? right.get('')
    if (a === undefined || b === undefined) continue
    const labels = mergeLabels(operator, a.labels, b.labels)
    combined.set(key, {
      labels,
      values: a.values.map((value, interval) => calculate(operator, value, b.values[interval] ?? NaN)),
      exemplars: exemplarsOf(left, right, key, a, b),
    })
  }
  return combined
}

function exemplarsOf(left: SeriesSet, right: SeriesSet, key: string, a: Series, b: Series): Series['exemplars'] {
  if (left.has(key) === right.has(key)) return [...a.exemplars, ...b.exemplars]
  return left.has(key) ? a.exemplars : b.exemplars
}

function mergeLabels(operator: string, left: readonly Label[], right: readonly Label[]): Label[] {
  const nameOf = (labels: readonly Label[]): Label | undefined => labels.find(({ name }) => name === metricName)
  const labels = left.filter(({ name }) => name !== metricName)
  for (const label of right) {
    if (label.name !== metricName && !labels.some(({ name }) => name === label.name)) labels.push(label)
  }
  const leftName = nameOf(left)
  const rightName = nameOf(right)
  if (leftName !== undefined && rightName !== undefined) {
    const text = `(${formatStatic(leftName.value, false)} ${operator} ${formatStatic(rightName.value, false)})`
    labels.unshift({ name: metricName, value: string(text) })
  }
  return labels
}
