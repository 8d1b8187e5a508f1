import { applyBinary } from '../syntax/arithmetic.ts'
import { comparisonOperations, type BinaryOperation } from '../syntax/ast.ts'
import type { Sample, StepEvaluator } from './step.ts'

export interface LiteralOperation {
  readonly operation: BinaryOperation
  readonly literal: number
  readonly side: 'left' | 'right'
  readonly returnBool: boolean
}

/** A series and a number: a comparison keeps the series' value where it holds, unless `bool` asks for 1 or 0. */
export class LiteralBinary implements StepEvaluator {
  readonly #operand: StepEvaluator
  readonly #options: LiteralOperation

  constructor(operand: StepEvaluator, options: LiteralOperation) {
    this.#operand = operand
    this.#options = options
  }

  at(step: number): Sample[] {
    const { operation, literal, side, returnBool } = this.#options
    const isFilter = comparisonOperations.has(operation) && !returnBool
    const out: Sample[] = []
    for (const { labels, value } of this.#operand.at(step)) {
      const result = side === 'left' ? applyBinary(operation, literal, value) : applyBinary(operation, value, literal)
      if (!isFilter) out.push({ labels, value: result })
      else if (result === 1) out.push({ labels, value })
    }
    return out
  }
}
