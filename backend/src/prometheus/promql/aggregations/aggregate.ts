import type { Evaluator } from '../eval/evaluator.ts'
import { PromqlExecutionError } from '../errors.ts'
import { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import type { AggregateNode } from '../plan/plan-node.ts'
import { average } from './average.ts'
import { countValues } from './count-values.ts'
import { count, extreme, group, noteInvalidQuantile, quantile, standardDeviation } from './float-aggregations.ts'
import { groupSeries } from './group-series.ts'
import type { Reduction } from './reduction.ts'
import { limitK, limitRatio } from './limit.ts'
import { sum } from './sum.ts'
import { topK } from './top-k.ts'

const REDUCTIONS: ReadonlyMap<string, Reduction> = new Map<string, Reduction>([
  ['sum', sum],
  ['avg', average],
  ['count', count],
  ['group', group],
  ['min', extreme('min')],
  ['max', extreme('max')],
  ['stdvar', standardDeviation('stdvar')],
  ['stddev', standardDeviation('stddev')],
  ['quantile', quantile],
])

export async function aggregate(evaluator: Evaluator, node: AggregateNode, timeline: Timeline): Promise<Series[]> {
  const { context } = evaluator
  if (node.operator === 'count_values')
    return countValues(context, node, await evaluator.evaluate(node.expr, timeline), timeline)
  const param = node.param ? await evaluator.scalars(node.param, timeline) : undefined
  const operand = await evaluator.evaluate(node.expr, timeline)
  switch (node.operator) {
    case 'topk':
    case 'bottomk':
      return await topK(context, node, operand, param ?? new Float64Array(), timeline)
    case 'limitk':
      return await limitK(context, node, operand, param ?? new Float64Array(), timeline)
    case 'limit_ratio':
      return limitRatio(context, node, operand, param ?? new Float64Array(), timeline)
    default:
      return await reduce(evaluator, node, operand, param, timeline)
  }
}

async function reduce(
  { context }: Evaluator,
  node: AggregateNode,
  operand: Series[],
  param: Float64Array | undefined,
  timeline: Timeline,
): Promise<Series[]> {
  const reduction = REDUCTIONS.get(node.operator)
  if (!reduction) throw new PromqlExecutionError(`aggregation ${node.operator} is not implemented`)
  const call = {
    annotations: context.annotations,
    pos: node.expr.pos,
    paramPos: node.param?.pos ?? node.pos,
    param,
    hold: (steps: number) => context.hold(steps),
  }
  if (node.operator === 'quantile') noteInvalidQuantile(call)
  const out: Series[] = []
  for (const { labels, members } of groupSeries(operand, node)) {
    const pause = context.pause()
    if (pause) await pause
    context.hold(timeline.length)
    const target = new Series(
      labels,
      timeline.length,
      members.some(({ dropName }) => dropName),
    )
    reduction(members, target, call)
    if (!target.isEmpty) out.push(target)
  }
  return out
}
