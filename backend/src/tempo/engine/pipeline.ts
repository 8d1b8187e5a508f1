// Stages as functions from span sets to span sets, built once per query.
import { aggregate } from './aggregate.ts'
import { applyBinary } from '../traceql/binary-operation.ts'
import { compileExpression } from '../traceql/field-expression.ts'
import { formatField, formatScalar } from '../traceql/format.ts'
import { isNumeric, nil, staticKey } from '../traceql/static.ts'
import { typesMatch } from '../traceql/operator.ts'
import { relate } from './relations.ts'
import { TraceqlEvaluationError } from '../traceql/traceql-error.ts'
import type { Aggregate, FieldExpression, Pipeline, ScalarFilter, SpansetOperation, Stage } from '../traceql/ast.ts'
import type { Evaluate } from '../traceql/field-expression.ts'
import type { FetchPlan } from '../fetch/fetch-plan.ts'
import type { Spanset } from './spanset.ts'
import type { SpanView } from '../fetch/span-view.ts'

export type RunStage = (sets: readonly Spanset[]) => Spanset[]

export function compilePipeline(pipeline: Pipeline, plan: FetchPlan): RunStage {
  const stages = pipeline.stages.map((stage) => compileStage(stage, plan))
  return (sets) => {
    let current = [...sets]
    for (const run of stages) {
      if (current.length === 0) break
      current = run(current)
    }
    return current
  }
}

export function compileField(expression: FieldExpression, plan: FetchPlan): Evaluate<SpanView> {
  return compileExpression<SpanView>(expression, {
    slot: (attribute) => plan.slot(attribute),
    read: (span, slot) => span.bound.readers(slot).first(span) ?? nil,
  })
}

function compileStage(stage: Stage, plan: FetchPlan): RunStage {
  switch (stage.kind) {
    case 'pipeline':
      return compilePipeline(stage, plan)
    case 'filter': {
      const accepts = compileField(stage.expression, plan)
      return (sets) => filterSets(sets, (span) => accepts(span).value === true)
    }
    case 'spanset operation':
      return compileOperation(stage, plan)
    case 'scalar filter':
      return compileScalarFilter(stage, plan)
    case 'aggregate':
      return compileAggregate(stage, plan)
    case 'group':
      return compileGroup(stage.expression, plan)
    case 'coalesce':
      return (sets) => [{ spans: sets.flatMap((set) => set.spans), attributes: [] }]
    case 'select':
      return (sets) => [...sets]
  }
}

function filterSets(sets: readonly Spanset[], accepts: (span: SpanView) => boolean): Spanset[] {
  const kept: Spanset[] = []
  for (const set of sets) {
    const spans = set.spans.filter(accepts)
    if (spans.length > 0) kept.push(spans.length === set.spans.length ? set : { ...set, spans })
  }
  return kept
}

function compileOperation({ operator, left, right }: SpansetOperation, plan: FetchPlan): RunStage {
  const runLeft = compileStage(left, plan)
  const runRight = compileStage(right, plan)
  return (sets) => {
    const output: Spanset[] = []
    for (const set of sets) {
      const leftSets = runLeft([set])
      const rightSets = runRight([set])
      const spans =
        operator === '&&' || operator === '||'
          ? combine(operator, leftSets, rightSets)
          : join(operator, leftSets, rightSets)
      if (spans.length > 0) output.push({ ...set, spans })
    }
    return output
  }
}

function combine(operator: '&&' | '||', left: readonly Spanset[], right: readonly Spanset[]): SpanView[] {
  if (operator === '&&' && (left.length === 0 || right.length === 0)) return []
  return [...new Set([...left, ...right].flatMap((set) => set.spans))]
}

function join(
  operator: Exclude<SpansetOperation['operator'], '&&' | '||'>,
  left: readonly Spanset[],
  right: readonly Spanset[],
): SpanView[] {
  if (left.length > 1 || right.length > 1) {
    throw new TraceqlEvaluationError(
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
    )
  }
  const spans = right[0]?.spans
  if (spans === undefined) return []
  spans[0]?.trace.ensureTree()
  return relate(operator, left[0]?.spans ?? [], spans)
}

function compileScalarFilter(filter: ScalarFilter, plan: FetchPlan): RunStage {
  const { left, right, operator } = filter
  if (left.kind !== 'aggregate' || right.kind !== 'static')
    throw new TypeError('validation lets only aggregate and static pass')
  const run = compileAggregate(left, plan)
  const bound = right.value
  return (sets) =>
    run(sets).filter(({ scalar = nil }) => {
      // What is no number has no place in an order: the sum of arrays or texts is neither below nor above anything.
      if (!isNumeric(scalar.type) && operator !== '=' && operator !== '!=') return false
      if (scalar.type.endsWith('[]')) return operator === '!=' && typesMatch(scalar.type, bound.type)
      return applyBinary(operator, scalar, bound).value === true
    })
}

function compileAggregate(stage: Aggregate, plan: FetchPlan): RunStage {
  const read = stage.expression === undefined ? undefined : compileField(stage.expression, plan)
  const name = formatScalar(stage)
  return (sets) => {
    const output: Spanset[] = []
    for (const set of sets) {
      const scalar = aggregate(stage.operator, set.spans, read)
      if (scalar !== undefined)
        output.push({ ...set, scalar, attributes: [...set.attributes, { name, value: scalar }] })
    }
    return output
  }
}

function compileGroup(expression: FieldExpression, plan: FetchPlan): RunStage {
  const read = compileField(expression, plan)
  const name = `by(${formatField(expression)})`
  return (sets) =>
    sets.flatMap((set) => {
      const groups = new Map<string, Spanset>()
      for (const span of set.spans) {
        const value = read(span)
        const key = staticKey(value)
        const group = groups.get(key)
        if (group === undefined) groups.set(key, { spans: [span], attributes: [...set.attributes, { name, value }] })
        else group.spans.push(span)
      }
      return [...groups.values()]
    })
}
