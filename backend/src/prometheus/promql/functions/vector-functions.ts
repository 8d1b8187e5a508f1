import { DATE_FUNCTIONS } from './date-functions.ts'
import { HISTOGRAM_FUNCTIONS } from './histogram-functions.ts'
import { QUANTILE_FUNCTIONS } from './histogram-quantiles.ts'
import { info } from './info.ts'
import { LABEL_FUNCTIONS } from './label-functions.ts'
import { MATH_FUNCTIONS } from './math-functions.ts'
import { SCALAR_FUNCTIONS } from './scalar-functions.ts'
import { SORT_FUNCTIONS } from './sort-functions.ts'
import type { VectorFunction } from './vector-function.ts'

const VECTOR_FUNCTIONS: ReadonlyMap<string, VectorFunction> = new Map<string, VectorFunction>([
  ...MATH_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...SCALAR_FUNCTIONS,
  ...SORT_FUNCTIONS,
  ...LABEL_FUNCTIONS,
  ...HISTOGRAM_FUNCTIONS,
  ...QUANTILE_FUNCTIONS,
  ['info', info],
])

export function vectorFunction(name: string): VectorFunction | undefined {
  return VECTOR_FUNCTIONS.get(name)
}
