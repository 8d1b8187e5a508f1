import type { AnyValue, KeyValue, Resource } from '@playground/protocol/otlp/common'
import { compareText, METRIC_NAME } from '../../labels/labels.ts'
import { formatSampleValue } from '../../promql/go-format.ts'

const IDENTIFYING = ['service.namespace', 'service.name', 'service.instance.id']

/** Attributes as labels: characters that Prometheus does not know become underscores; values of names that then collide are joined. */
export function attributeLabels(
  attributes: readonly KeyValue[],
  ignored: readonly string[] = [METRIC_NAME],
): Map<string, string> {
  const labels = new Map<string, string>()
  const sorted = attributes.filter(({ key }) => !ignored.includes(key)).toSorted((a, b) => compareText(a.key, b.key))
  for (const { key, value } of sorted) {
    const name = labelName(key)
    if (name === undefined) continue
    const text = valueText(value)
    const known = labels.get(name)
    labels.set(name, known === undefined || known === '' ? text : `${known};${text}`)
  }
  return labels
}

/** job and instance, by which the series of a resource are told from those of others. */
export function identityLabels({ attributes }: Resource): Map<string, string> {
  const text = (key: string) => {
    const value = attributes.find((attribute) => attribute.key === key)?.value
    return value ? valueText(value) : undefined
  }
  const labels = new Map<string, string>()
  const [namespace, name, instance] = IDENTIFYING.map(text)
  if (name !== undefined) labels.set('job', namespace === undefined ? name : `${namespace}/${name}`)
  if (instance !== undefined) labels.set('instance', instance)
  return labels
}

/** Labels of target_info: what describes the resource beyond its identity. Undefined where there is nothing to say. */
export function targetInfoLabels(resource: Resource): Map<string, string> | undefined {
  const identity = identityLabels(resource)
  const describing = resource.attributes.filter(({ key }) => !IDENTIFYING.includes(key))
  if (describing.length === 0 || identity.size === 0) return undefined
  return new Map([...attributeLabels(resource.attributes, IDENTIFYING), ...identity, [METRIC_NAME, 'target_info']])
}

function labelName(key: string): string | undefined {
  if (key === '') return undefined
  const name = Array.from(key, (char) => (/[a-zA-Z0-9]/.test(char) ? char : '_')).join('')
  if (/^_+$/.test(name)) return undefined
  if (/^\d/.test(name)) return `key_${name}`
  return name.startsWith('_') && !name.startsWith('__') ? `key${name}` : name
}

export function valueText(value: AnyValue): string {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'bool':
    case 'int':
      return String(value.value)
    case 'double':
      return formatSampleValue(value.value)
    case 'bytes':
      return Buffer.from(value.value).toString('base64')
    case 'array':
    case 'kvlist':
      return JSON.stringify(plainValue(value))
    case 'empty':
      return ''
  }
}

function plainValue(value: AnyValue): unknown {
  switch (value.kind) {
    case 'array':
      return value.values.map(plainValue)
    case 'kvlist':
      return Object.fromEntries(
        value.values.toSorted((a, b) => compareText(a.key, b.key)).map((one) => [one.key, plainValue(one.value)]),
      )
    case 'int':
      return Number(value.value)
    case 'bytes':
      return valueText(value)
    case 'empty':
      return null
    default:
      return value.value
  }
}
