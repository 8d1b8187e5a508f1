import { compileRegexp, type Regexp } from '../../../regexp/index.ts'
import { labelsOf, labelValue, type Labels } from '../labels/labels.ts'
import type { LabelReplaceExpr } from '../syntax/ast.ts'
import type { Sample, StepEvaluator } from './step.ts'

/** `label_replace(v, "dst", "$1", "src", "(.*)")`: a source that does not match leaves the series as it is. */
export class LabelReplace implements StepEvaluator {
  readonly #operand: StepEvaluator
  readonly #expr: LabelReplaceExpr
  readonly #pattern: Regexp
  readonly #known = new Map<Labels, Labels>()

  constructor(operand: StepEvaluator, expr: LabelReplaceExpr) {
    this.#operand = operand
    this.#expr = expr
    this.#pattern = compileRegexp(expr.pattern, { anchored: true })
  }

  at(step: number): Sample[] {
    return this.#operand.at(step).map(({ labels, value }) => ({ labels: this.#replace(labels), value }))
  }

  #replace(labels: Labels): Labels {
    const known = this.#known.get(labels)
    if (known !== undefined) return known
    const { source, destination, replacement } = this.#expr
    const text = labelValue(labels, source)
    const result = this.#pattern.test(text)
      ? labelsOf([...labels, [destination, this.#pattern.replaceAll(text, replacement)]])
      : labels
    this.#known.set(labels, result)
    return result
  }
}
