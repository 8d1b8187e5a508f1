import type { CallNode } from '../plan/plan-node.ts'
import { rangeFunction } from '../functions/range-functions.ts'
import { vectorFunction } from '../functions/vector-functions.ts'
import { PromqlExecutionError } from '../errors.ts'
import type { Evaluator } from './evaluator.ts'
import { callOverWindows } from './range-call.ts'
import type { Series } from './series.ts'
import type { Timeline } from './timeline.ts'

const SORTS: ReadonlySet<string> = new Set(['sort', 'sort_desc', 'sort_by_label', 'sort_by_label_desc'])

export async function evaluateCall(evaluator: Evaluator, node: CallNode, timeline: Timeline): Promise<Series[]> {
  const { name } = node.func
  const result = await dispatch(evaluator, node, timeline)
  if (SORTS.has(name) && !timeline.isInstant) {
    const text = 'sort is ineffective for range queries since results are always ordered by labels'
    evaluator.context.annotations.warn(text, node.pos)
  }
  return result
}

async function dispatch(evaluator: Evaluator, node: CallNode, timeline: Timeline): Promise<Series[]> {
  const { name } = node.func
  const overRange = rangeFunction(name)
  if (overRange) return await callOverWindows(evaluator, node, overRange, timeline)
  const overVector = vectorFunction(name)
  if (overVector) return await overVector({ evaluator, node, timeline })
  throw new PromqlExecutionError(`function ${JSON.stringify(name)} is not implemented`)
}
