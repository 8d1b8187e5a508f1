import { boolean, float, fromElements, int, nil, normalInt, string } from '../traceql/static.ts'
import type { AnyValue } from '@playground/protocol/otlp/common'
import type { Static } from '../traceql/static.ts'

/**
 * An attribute's value as TraceQL sees it. What Tempo's columns cannot hold (maps, bytes, arrays of mixed types) is nil: such a
 * value is kept in the trace and cannot be searched for.
 */
export function toStatic(value: AnyValue): Static {
  switch (value.kind) {
    case 'string':
      return string(value.value)
    case 'bool':
      return boolean(value.value)
    case 'int':
      return int(normalInt(value.value))
    case 'double':
      return float(value.value)
    case 'array': {
      const kind = value.values[0]?.kind
      const searchable = kind === 'string' || kind === 'bool' || kind === 'int' || kind === 'double'
      return searchable && value.values.every((item) => item.kind === kind)
        ? fromElements(value.values.map(toStatic))
        : nil
    }
    default:
      return nil
  }
}
