// What Grafana lets a link of a span use: ${__span…}, ${__trace…} and ${__tags}.
import { asArray, asText, field } from '../lab/json.ts'
import type { Variables } from './interpolate.ts'
import { ConfigurationFault } from './link-result.ts'
import type { LinkedSpan } from './trace-api.ts'

/** `tags` maps attributes to label names; without a mapped name the attribute's own is used, dots and all. */
export function spanVariables(span: LinkedSpan, trace: readonly LinkedSpan[], tags: unknown): Variables {
  const root = trace.find(({ parentSpanId }) => parentSpanId === '') ?? span
  const durationUs = (part: LinkedSpan) => Math.round((part.toMs - part.fromMs) * 1_000)
  return {
    __span: {
      spanId: span.spanId,
      traceId: span.traceId,
      name: span.name,
      duration: durationUs(span),
      tags: span.tags,
    },
    __trace: { traceId: span.traceId, name: root.name, duration: durationUs(root) },
    __tags: labelMatchers(span, tags),
  }
}

function labelMatchers({ tags, name }: LinkedSpan, mapping: unknown): string {
  const matchers = asArray(mapping).flatMap((entry) => {
    const key = asText(field(entry, 'key'))
    const value = tags[key]
    return value === undefined ? [] : [`${asText(field(entry, 'value')) || key}="${value}"`]
  })
  if (matchers.length > 0) return matchers.join(', ')
  const wanted = asArray(mapping).map((entry) => asText(field(entry, 'key')))
  throw new ConfigurationFault(`the span "${name}" has none of the tags ${wanted.join(', ') || '(none are mapped)'}`)
}
