import { aggregate } from '../aggregations/aggregate.ts'
import { evaluateBinary } from '../binary/evaluate-binary.ts'
import { evaluateCall } from './call.ts'
import { Labels } from '../../labels/labels.ts'
import type { PlanNode } from '../plan/plan-node.ts'
import { PromqlExecutionError } from '../errors.ts'
import { settleLabels, withoutName } from './merge-series.ts'
import type { QueryContext } from './query-context.ts'
import { selectInstant } from './select-instant.ts'
import { Series } from './series.ts'
import { Timeline } from './timeline.ts'

/** Walks a plan. Every node yields series over the whole timeline; a scalar is one series without labels. */
export class Evaluator {
  readonly context: QueryContext

  constructor(context: QueryContext) {
    this.context = context
  }

  async evaluate(node: PlanNode, timeline: Timeline): Promise<Series[]> {
    const pause = this.context.pause()
    if (pause) await pause
    if (timeline.length === 0) return []
    const mark = this.context.heldSamples
    const result = await this.#dispatch(node, timeline)
    this.context.releaseTo(
      mark,
      result.reduce((sum, series) => sum + series.heldSteps, 0),
    )
    return result
  }

  /** The value of a scalar node at every step. */
  async scalars(node: PlanNode, timeline: Timeline): Promise<Float64Array> {
    const [series] = await this.evaluate(node, timeline)
    return series?.values ?? new Float64Array(timeline.length).fill(NaN)
  }

  async #dispatch(node: PlanNode, timeline: Timeline): Promise<Series[]> {
    switch (node.kind) {
      case 'number': {
        const series = new Series(Labels.empty, timeline.length)
        series.kinds.fill(1)
        series.values.fill(node.value)
        return [series]
      }
      case 'select':
        return await selectInstant(this.context, node, timeline)
      case 'negate':
        return this.#negate(await this.evaluate(node.expr, timeline))
      case 'invariant':
        return repeat(
          await this.evaluate(node.expr, new Timeline(timeline.startMs, timeline.startMs, timeline.stepMs)),
          timeline,
        )
      case 'binary':
        return await evaluateBinary(this, node, timeline)
      case 'aggregate':
        return await aggregate(this, node, timeline)
      case 'call':
        return await evaluateCall(this, node, timeline)
      case 'string':
      case 'window':
      case 'subquery':
        throw new PromqlExecutionError(`a ${node.type} has no value at a step`)
    }
  }

  #negate(operand: Series[]): Series[] {
    for (const series of operand) {
      withoutName(this.context, series)
      for (let step = 0; step < series.length; step++) {
        const value = series.get(step)
        series.set(step, typeof value === 'number' ? -value : value?.copy().multiply(-1))
      }
    }
    return settleLabels(this.context, operand)
  }
}

function repeat(once: Series[], timeline: Timeline): Series[] {
  if (timeline.length === 1) return once
  return once.map((series) => {
    const repeated = new Series(series.labels, timeline.length, series.dropName)
    const value = series.get(0)
    for (let step = 0; step < timeline.length; step++) repeated.set(step, value)
    return repeated
  })
}
