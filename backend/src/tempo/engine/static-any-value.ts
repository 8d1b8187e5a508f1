import { elements, formatStatic } from '../traceql/static.ts'
import type { AnyValue } from '@playground/protocol/otlp/common'
import type { Static } from '../traceql/static.ts'

/** A TraceQL value in an answer: durations, kinds and statuses are text there. */
export function staticToAnyValue(value: Static): AnyValue {
  switch (value.type) {
    case 'int':
      return { kind: 'int', value: BigInt(value.value) }
    case 'float':
      return { kind: 'double', value: value.value }
    case 'boolean':
      return { kind: 'bool', value: value.value }
    case 'int[]':
    case 'float[]':
    case 'string[]':
    case 'boolean[]':
      return { kind: 'array', values: elements(value).map(staticToAnyValue) }
    default:
      return { kind: 'string', value: formatStatic(value, false) }
  }
}
