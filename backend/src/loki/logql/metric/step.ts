import type { Labels } from '../labels/labels.ts'

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** One vector at a time: asked for step 0, 1, 2, ... in this order. Labels of the same series are the same object at every step. */
export interface StepEvaluator {
  at(step: number): readonly Sample[]
}

/** The moments a query is evaluated at; an instant query has one. */
export interface StepGrid {
  readonly start: bigint
  readonly stepNs: number
  readonly count: number
}
