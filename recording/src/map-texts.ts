/**
 * Every text of a decoded OTLP value through one function: bodies, names, attribute keys and values, labels, events, exemplars, whatever is added to
 * the model next year. Integers and bytes of attributes count as texts too: a card number is often an integer.
 */
export interface TextMapper {
  /** `place` is the way to the text, without indices: `scopeSpans.spans.events.attributes.value`. */
  text(text: string, place: string): string
}

export function mapTexts<T>(value: T, mapper: TextMapper, place = ''): T {
  return mapped(value, mapper, place) as T
}

function mapped(value: unknown, mapper: TextMapper, place: string): unknown {
  if (typeof value === 'string') return mapper.text(value, place)
  if (Array.isArray(value)) return value.map((element) => mapped(element, mapper, place))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const record = value as Record<string, unknown>
  if (isScalar(record) && !METRIC_NUMBER.test(place)) return mappedScalar(record, mapper, place)
  return Object.fromEntries(
    Object.entries(record).map(([key, member]) => [
      key,
      // The discriminator of AnyValue and MetricData is no text of the sender's.
      key === 'kind' ? member : mapped(member, mapper, place === '' ? key : `${place}.${key}`),
    ]),
  )
}

/** A sample's value is a number and nothing else. */
const METRIC_NUMBER = /(?:^|\.)(?:points|exemplars)\.value$/

type Scalar = { kind: 'int'; value: bigint } | { kind: 'bytes'; value: Uint8Array }

const isScalar = (record: Record<string, unknown>): record is Scalar & Record<string, unknown> =>
  (record['kind'] === 'int' && typeof record['value'] === 'bigint') ||
  (record['kind'] === 'bytes' && record['value'] instanceof Uint8Array)

function mappedScalar(scalar: Scalar, mapper: TextMapper, place: string): unknown {
  const text = scalar.kind === 'int' ? String(scalar.value) : Buffer.from(scalar.value).toString('latin1')
  const replaced = mapper.text(text, place)
  if (replaced === text) return scalar
  return scalar.kind === 'int'
    ? { kind: 'string', value: replaced }
    : { kind: 'bytes', value: Buffer.from(replaced, 'latin1') }
}
