/** Where two OTLP objects differ, as paths. Attributes are compared by key: their order means nothing, a value does. */
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'

export interface Difference {
  /** `attributes.value.int`, `events[0].name`, `resource.attributes.service.name`. */
  readonly path: string
  readonly want: string
  readonly got: string
}

const ABSENT = '(absent)'

/** `want` decides which fields exist; attributes that were added are differences, too. */
export function differences(want: unknown, got: unknown, path = ''): Difference[] {
  const found: Difference[] = []
  compare(want, got, path, found)
  return found
}

function compare(want: unknown, got: unknown, path: string, found: Difference[]): void {
  if (want === got || (Number.isNaN(want) && Number.isNaN(got))) return
  if (typeof want !== 'object' || want === null || typeof got !== 'object' || got === null) {
    found.push({ path, want: shown(want), got: shown(got) })
  } else if (want instanceof Uint8Array || got instanceof Uint8Array) {
    if (!(want instanceof Uint8Array && got instanceof Uint8Array && Buffer.from(want).equals(got)))
      found.push({ path, want: shown(want), got: shown(got) })
  } else if (isAnyValue(want)) {
    if (!isAnyValue(got) || !isSameValue(want, got))
      found.push({ path, want: shownValue(want), got: isAnyValue(got) ? shownValue(got) : shown(got) })
  } else if (Array.isArray(want) && Array.isArray(got)) {
    if (isAttributes(want) || isAttributes(got)) compareAttributes(want as KeyValue[], got as KeyValue[], path, found)
    else if (want.length !== got.length)
      found.push({ path: `${path}.length`, want: String(want.length), got: String(got.length) })
    else want.forEach((item, index) => compare(item, got[index], `${path}[${index}]`, found))
  } else {
    const other = got as Record<string, unknown>
    for (const [key, value] of Object.entries(want))
      compare(value, other[key], path === '' ? key : `${path}.${key}`, found)
  }
}

const isAnyValue = (value: object): value is AnyValue =>
  'kind' in value && typeof value.kind === 'string' && VALUE_KINDS.has(value.kind)
const VALUE_KINDS: ReadonlySet<string> = new Set<AnyValue['kind']>([
  'string',
  'bool',
  'int',
  'double',
  'bytes',
  'array',
  'kvlist',
  'empty',
])

const isAttributes = (items: readonly unknown[]): items is KeyValue[] => {
  const [first] = items
  return typeof first === 'object' && first !== null && 'key' in first
}

function compareAttributes(
  want: readonly KeyValue[],
  got: readonly KeyValue[],
  path: string,
  found: Difference[],
): void {
  // Nearly always nothing has changed, not even the order; a map of each list would be a third of the ledger's time.
  if (want.length === got.length && want.every(({ key, value }, index) => isSameAttribute(key, value, got[index])))
    return
  const others = new Map(got.map(({ key, value }) => [key, value]))
  if (others.size !== got.length)
    found.push({ path, want: 'each key once', got: `${got.length - others.size} repeated` })
  for (const { key, value } of want) {
    const other = others.get(key)
    others.delete(key)
    if (other === undefined || !isSameValue(value, other))
      found.push({
        path: `${path}.${key}`,
        want: shownValue(value),
        got: other === undefined ? ABSENT : shownValue(other),
      })
  }
  for (const [key, value] of others) found.push({ path: `${path}.${key}`, want: ABSENT, got: shownValue(value) })
}

function isSameAttribute(key: string, value: AnyValue, other: KeyValue | undefined): boolean {
  return other !== undefined && other.key === key && isSameValue(value, other.value)
}

function isSameValue(want: AnyValue, got: AnyValue): boolean {
  if (want.kind !== got.kind) return false
  switch (want.kind) {
    case 'empty':
      return true
    case 'bytes':
      return got.kind === 'bytes' && Buffer.from(want.value).equals(got.value)
    case 'array':
      return (
        got.kind === 'array' &&
        want.values.length === got.values.length &&
        want.values.every((item, index) => isSameValue(item, got.values[index] ?? { kind: 'empty' }))
      )
    case 'kvlist': {
      if (got.kind !== 'kvlist' || got.values.length !== want.values.length) return false
      const others = new Map(got.values.map(({ key, value }) => [key, value]))
      return want.values.every(({ key, value }) => {
        const other = others.get(key)
        return other !== undefined && isSameValue(value, other)
      })
    }
    default:
      return 'value' in got && Object.is(want.value, got.value)
  }
}

function shownValue(value: AnyValue): string {
  switch (value.kind) {
    case 'empty':
      return 'empty'
    case 'array':
      return `[${value.values.map(shownValue).join(', ')}]`
    case 'kvlist':
      return `{${value.values.map(({ key, value: inner }) => `${key}: ${shownValue(inner)}`).join(', ')}}`
    default:
      return `${value.kind} ${shown(value.value)}`
  }
}

const LONGEST_SHOWN = 120

export function shown(value: unknown): string {
  const text =
    value === undefined
      ? ABSENT
      : value instanceof Uint8Array
        ? `0x${Buffer.from(value).toString('hex')}`
        : typeof value === 'bigint' || typeof value === 'number'
          ? String(value)
          : JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}… (${text.length} characters)` : text
}
