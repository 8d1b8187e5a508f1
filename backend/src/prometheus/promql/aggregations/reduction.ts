import type { Annotations } from '../annotations.ts'
import type { Series } from '../eval/series.ts'
import type { PosRange } from '../position.ts'

export type ReductionCall = {
  readonly annotations: Annotations
  /** Where the aggregated expression stands. */
  readonly pos: PosRange
  readonly paramPos: PosRange
  readonly param: Float64Array | undefined
  /** Accounts for what the reduction makes. */
  readonly hold: (steps: number) => void
}

/** Fills `target` with one value for all members at every step where there is one. */
export type Reduction = (members: readonly Series[], target: Series, call: ReductionCall) => void
