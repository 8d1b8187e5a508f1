import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'

/** Tempo's default `max_attribute_bytes`: longer names and texts are cut, and the span is kept. */
const maxAttributeBytes = 2048

/** Cuts in place; returns how many names and texts it has cut. */
export function truncateAttributes(batch: readonly ResourceSpans[]): number {
  let cut = 0
  const each = (attributes: KeyValue[]): void => {
    for (const attribute of attributes) {
      cut += cutKey(attribute) + cutValue(attribute.value)
    }
  }
  for (const { resource, scopeSpans } of batch) {
    each(resource.attributes)
    for (const { scope, spans } of scopeSpans) {
      each(scope.attributes)
      for (const span of spans) {
        each(span.attributes)
        for (const event of span.events) each(event.attributes)
        for (const link of span.links) each(link.attributes)
      }
    }
  }
  return cut
}

function cutKey(attribute: KeyValue): number {
  const key = cutText(attribute.key)
  if (key === attribute.key) return 0
  attribute.key = key
  return 1
}

function cutValue(value: AnyValue): number {
  if (value.kind === 'array') return value.values.reduce((sum, item) => sum + cutValue(item), 0)
  if (value.kind === 'kvlist') return value.values.reduce((sum, item) => sum + cutKey(item) + cutValue(item.value), 0)
  if (value.kind !== 'string') return 0
  const text = cutText(value.value)
  if (text === value.value) return 0
  value.value = text
  return 1
}

function cutText(text: string): string {
  // A character has at most three bytes per UTF-16 unit.
  if (text.length * 3 <= maxAttributeBytes || Buffer.byteLength(text) <= maxAttributeBytes) return text
  const bytes = Buffer.from(text)
  let end = maxAttributeBytes
  // Not within a character: its continuation bytes are 10xxxxxx.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
