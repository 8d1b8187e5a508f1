import type { Annotations } from '../annotations.ts'
import type { BinaryOperator } from '../ast.ts'
import { addHistogram, IncompatibleHistogramsError, subtractHistogram } from '../histogram/combine.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { trimBuckets } from '../histogram/trim.ts'
import { noteReconciledBounds, noteResetCollision } from '../histogram-notes.ts'
import type { PosRange } from '../position.ts'
import { goMod, goPow } from './arithmetic.ts'

export type SampleValue = number | FloatHistogram
/** `keep` false: a comparison that does not hold. Undefined: the operator has no meaning for these operands. */
export type Outcome = { value: SampleValue; keep: boolean } | undefined

const FLOAT_ARITHMETIC: Partial<Record<BinaryOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': goMod,
  '^': goPow,
  atan2: Math.atan2,
}

const FLOAT_COMPARISON: Partial<Record<BinaryOperator, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

export function floatArithmetic(operator: BinaryOperator): ((a: number, b: number) => number) | undefined {
  return FLOAT_ARITHMETIC[operator]
}

export function floatComparison(operator: BinaryOperator): ((a: number, b: number) => boolean) | undefined {
  return FLOAT_COMPARISON[operator]
}

/** An operator between two samples of either kind. */
export class SampleOperation {
  readonly #operator: BinaryOperator
  readonly #annotations: Annotations
  readonly #pos: PosRange

  constructor(operator: BinaryOperator, annotations: Annotations, pos: PosRange) {
    this.#operator = operator
    this.#annotations = annotations
    this.#pos = pos
  }

  apply(left: SampleValue, right: SampleValue): Outcome {
    const outcome = this.#compute(left, right)
    if (!outcome) this.#noteIncompatible(left, right)
    return outcome === 'failed' ? undefined : outcome
  }

  #compute(left: SampleValue, right: SampleValue): Outcome | 'failed' {
    const operator = this.#operator
    if (typeof left === 'number' && typeof right === 'number') {
      const arithmetic = FLOAT_ARITHMETIC[operator]
      if (arithmetic) return { value: arithmetic(left, right), keep: true }
      const comparison = FLOAT_COMPARISON[operator]
      return comparison && { value: left, keep: comparison(left, right) }
    }
    if (typeof left === 'number') {
      return operator === '*' && typeof right !== 'number' ? kept(right.copy().multiply(left).compact()) : undefined
    }
    return typeof right === 'number' ? this.#withFloat(left, right) : this.#withHistogram(left, right)
  }

  #withFloat(left: FloatHistogram, right: number): Outcome {
    switch (this.#operator) {
      case '*':
        return kept(left.copy().multiply(right).compact())
      case '/':
        return kept(left.copy().divide(right).compact())
      case '</':
        return kept(trimBuckets(left.copy(), right, 'upper'))
      case '>/':
        return kept(trimBuckets(left.copy(), right, 'lower'))
      default:
        return undefined
    }
  }

  #withHistogram(left: FloatHistogram, right: FloatHistogram): Outcome | 'failed' {
    switch (this.#operator) {
      case '+':
      case '-':
        return this.#combine(left, right, this.#operator)
      case '==':
        return { value: left, keep: left.equals(right) }
      case '!=':
        return { value: left, keep: !left.equals(right) }
      default:
        return undefined
    }
  }

  #combine(left: FloatHistogram, right: FloatHistogram, operator: '+' | '-'): Outcome | 'failed' {
    const result = left.copy()
    const name = operator === '+' ? 'addition' : 'subtraction'
    try {
      const notes = operator === '+' ? addHistogram(result, right) : subtractHistogram(result, right)
      if (notes.resetCollision) noteResetCollision(this.#annotations, name, this.#pos)
      if (notes.boundsReconciled) noteReconciledBounds(this.#annotations, name, this.#pos)
    } catch (error) {
      if (!(error instanceof IncompatibleHistogramsError)) throw error
      this.#annotations.warn(`incompatible bucket layout encountered for binary operator ${operator}`, this.#pos)
      return 'failed'
    }
    if (operator === '-') result.resetHint = 'gauge'
    return kept(result.compact())
  }

  #noteIncompatible(left: SampleValue, right: SampleValue): void {
    const operator = this.#operator
    const types = `${typeName(left)} ${operator} ${typeName(right)}`
    const text = `incompatible sample types encountered for binary operator ${JSON.stringify(operator)}: ${types}`
    this.#annotations.inform(text, this.#pos)
  }
}

function kept(value: SampleValue): Outcome {
  return { value, keep: true }
}

function typeName(value: SampleValue): string {
  return typeof value === 'number' ? 'float' : 'histogram'
}
