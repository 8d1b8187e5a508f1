import { formatStatic, string } from '../traceql/static.ts'
import type { Static } from '../traceql/static.ts'

/** A label's value: as answers carry it, so that durations, kinds and statuses are text. */
export function staticLabel(value: Static): Static {
  return value.type === 'int' || value.type === 'float' || value.type === 'boolean' || value.type === 'string'
    ? value
    : string(value.type.endsWith('[]') ? 'nil' : formatStatic(value, false))
}
