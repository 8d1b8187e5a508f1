import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { Span } from '@playground/protocol/otlp/traces'

/**
 * Attributes of one resource, scope, span, event or link, those within maps counted. SDKs stop at 128 (OTEL_ATTRIBUTE_COUNT_LIMIT), so
 * eight times as many is no instrumentation at work; every name becomes a column, and tag search lists them all. Elements of arrays are
 * not counted: an embedding of 3072 numbers is one attribute.
 */
const maxAttributes = 1_024

/** Events or links of one span: SDKs stop at 128, streams that record every message do not. A million took 8 s and 400 MB. */
const maxEventsOrLinks = 16_384

/** What is wrong with the number of attributes, if anything is. `owner` is a word for who has them. */
export function attributeFault(owner: string, attributes: readonly KeyValue[]): string | undefined {
  const count = countUpTo(attributes, maxAttributes + 1)
  return count <= maxAttributes
    ? undefined
    : `a ${owner} may have at most ${maxAttributes} attributes, got ${count} or more`
}

export function spanSizeFault({ attributes, events, links }: Span): string | undefined {
  const own = attributeFault('span', attributes) ?? countFault('events', events) ?? countFault('links', links)
  if (own !== undefined) return own
  for (const event of events) {
    const fault = attributeFault('span event', event.attributes)
    if (fault !== undefined) return fault
  }
  for (const link of links) {
    const fault = attributeFault('span link', link.attributes)
    if (fault !== undefined) return fault
  }
  return undefined
}

function countFault(what: string, { length }: readonly unknown[]): string | undefined {
  return length <= maxEventsOrLinks ? undefined : `a span may have at most ${maxEventsOrLinks} ${what}, got ${length}`
}

/** Stops counting at `enough`, so that a million cost no more than a thousand. */
function countUpTo(attributes: readonly KeyValue[], enough: number): number {
  let count = attributes.length
  for (const { value } of attributes) {
    if (count >= enough) return count
    if (value.kind === 'array' || value.kind === 'kvlist') count += countWithin(value, enough - count)
  }
  return count
}

function countWithin(value: AnyValue, enough: number): number {
  if (value.kind === 'kvlist') return countUpTo(value.values, enough)
  if (value.kind !== 'array') return 0
  let count = 0
  for (const element of value.values) {
    if (count >= enough) return count
    count += countWithin(element, enough - count)
  }
  return count
}
