import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'

/** The first attribute of this name, as text: of the resource before the span. */
export function attributeText(name: string, ...lists: readonly (readonly KeyValue[])[]): string | undefined {
  for (const list of lists) {
    const found = list.find(({ key }) => key === name)
    if (found !== undefined) return text(found.value)
  }
  return undefined
}

function text(value: AnyValue): string {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'bool':
    case 'int':
    case 'double':
      return String(value.value)
    case 'bytes':
      return Buffer.from(value.value).toString('base64')
    case 'array':
      return `[${value.values.map(text).join(', ')}]`
    case 'kvlist':
      return `{${value.values.map((item) => `${item.key}: ${text(item.value)}`).join(', ')}}`
    case 'empty':
      return ''
  }
}
