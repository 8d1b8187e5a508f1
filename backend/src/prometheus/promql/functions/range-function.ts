import type { Annotations } from '../annotations.ts'
import type { SampleWindow } from '../eval/sample-window.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import type { PosRange } from '../position.ts'

/** What a function over a window knows beside the samples. One object is reused for all steps of a series. */
export type WindowCall = {
  readonly annotations: Annotations
  readonly metricName: string
  /** Where the first argument stands. */
  readonly pos: PosRange
  readonly rangeMs: number
  readonly extension: 'anchored' | 'smoothed' | undefined
  /** End of the range, after offset and @. */
  endMs: number
  /** The time of the step itself. */
  stepMs: number
  /** The scalar arguments at this step, in order. */
  readonly params: number[]
}

/** Undefined: no value at this step. The window has at least one sample. */
export type RangeFunction = (window: SampleWindow, call: WindowCall) => number | FloatHistogram | undefined
