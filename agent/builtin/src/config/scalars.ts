import { isScalar, type Node } from 'yaml'
import { parseDurationMs } from './go-duration.ts'
import { isEmptyScalar, type Place, type Schema } from './schema.ts'

/** The text as written: Go's YAML reads `tag: 1.10` into a string field as "1.10", not "1.1". */
function textOf(node: Node | undefined): string | undefined {
  if (!isScalar(node)) return undefined
  if (typeof node.value === 'string') return node.value
  return node.source ?? String(node.value)
}

const show = (node: Node | undefined): string =>
  isScalar(node) ? JSON.stringify(textOf(node)) : node === undefined ? 'nothing' : 'a collection'

function scalar<T>(expected: string, parse: (text: string) => T | undefined): Schema<T> {
  return {
    expected,
    read(node: Node | undefined, place: Place) {
      if (isEmptyScalar(node)) return place.fault(node, `expected ${expected}, got nothing`)
      const text = textOf(node)
      const value = text === undefined ? undefined : parse(text)
      return value === undefined ? place.fault(node, `expected ${expected}, got ${show(node)}`) : value
    },
  }
}

export const text: Schema<string> = scalar('a string', (value) => value)

export const nonEmptyText: Schema<string> = scalar('a non-empty string', (value) => (value === '' ? undefined : value))

/** A string that may be left empty (`level:`), as in the stages' name maps. */
export const textOrEmpty: Schema<string> = {
  expected: 'a string or nothing',
  read: (node, place) => (isEmptyScalar(node) ? '' : text.read(node, place)),
}

export const bool: Schema<boolean> = scalar('true or false', (value) => {
  // yaml.v2 reads YAML 1.1 booleans into a bool field.
  if (/^(true|yes|on|y)$/i.test(value)) return true
  return /^(false|no|off|n)$/i.test(value) ? false : undefined
})

export const durationMs: Schema<number> = scalar('a duration such as 250ms, 1s or 1m30s', parseDurationMs)

export function int(min: number, max = Number.MAX_SAFE_INTEGER): Schema<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `${min}..${max}`
  return scalar(`a whole number (${range})`, (value) => {
    const number = /^-?\d+$/.test(value) ? Number(value) : NaN
    return number >= min && number <= max ? number : undefined
  })
}

export const float: Schema<number> = scalar('a number', (value) =>
  value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined,
)

export function oneOf<const T extends string>(...allowed: readonly T[]): Schema<T> {
  return scalar(`one of ${allowed.join(', ')}`, (value) => allowed.find((candidate) => candidate === value))
}

const SIZE: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1024,
  kib: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
}

export const sizeBytes: Schema<number> = scalar('a size such as 1048576, 256KB or 10MB', (value) => {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value)
  const unit = SIZE[match?.[2]?.toLowerCase() ?? 'none']
  return match === null || unit === undefined ? undefined : Math.floor(Number(match[1]) * unit)
})

export const httpUrl: Schema<URL> = scalar('an http:// or https:// URL', (value) => {
  if (!URL.canParse(value)) return undefined
  const url = new URL(value)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
})

export const hostPort: Schema<string> = scalar('host:port', (value) => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/]*):(\d{1,5})$/.exec(value)
  return match !== null && Number(match[2]) <= 65_535 ? value : undefined
})

export const labelNameFault = (name: string): string | undefined =>
  /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? undefined : 'not a label name (letters, digits, _; not a digit first)'

export const labelName: Schema<string> = scalar('a label name', (value) =>
  labelNameFault(value) === undefined ? value : undefined,
)
