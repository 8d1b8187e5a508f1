/**
 * Attributes as one JSON object for SQL (`attributes->>'http.route'`): integers keep all their digits, doubles a point or an exponent, so that
 * the two stay apart. Non-finite doubles are strings, bytes base64. The OTLP/JSON entry has the same attributes with their types spelled out.
 */
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'

export function attributeText(attributes: readonly KeyValue[]): string {
  return `{${attributes.map(({ key, value }) => `${JSON.stringify(key)}:${valueText(value)}`).join(',')}}`
}

export function valueText(value: AnyValue): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.value)
    case 'bool':
    case 'int':
      return String(value.value)
    case 'double':
      return doubleText(value.value)
    case 'bytes':
      return `"${Buffer.from(value.value).toString('base64')}"`
    case 'array':
      return `[${value.values.map(valueText).join(',')}]`
    case 'kvlist':
      return attributeText(value.values)
    case 'empty':
      return 'null'
  }
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

export function textOf(attributes: readonly KeyValue[], key: string): string | undefined {
  const value = attributes.find((attribute) => attribute.key === key)?.value
  return value?.kind === 'string' ? value.value : undefined
}

/** A Loki label cannot have a dot. */
export const serviceNameOf = (attributes: readonly KeyValue[]) =>
  textOf(attributes, 'service.name') ?? textOf(attributes, 'service_name')
