/**
 * Reads typed fields out of parsed OTLP/JSON and Loki JSON. Errors name the path: each level that fails prefixes its own key
 * on the way out, so a good document pays nothing for it.
 *
 * Protobuf's JSON mapping (https://protobuf.dev/programming-guides/json/): 64-bit integers are strings (numbers are accepted),
 * bytes are base64, NaN and the infinities are strings, unknown fields are ignored, `null` is the default.
 */
import { ProtocolError } from './protocol-error.ts'

export type JsonObject = Record<string, unknown>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A number of 16 digits or more outside quotes: `JSON.parse` alone would round it. */
const LONG_NUMBER = /[:[,]\s*-?\d{16,}/

/** Parses a request body; integers too long for a double come back as strings. @throws ProtocolError for bad UTF-8, bad JSON, no object. */
export function parseBody(bytes: Uint8Array): JsonObject {
  const body = parseJson(bytes)
  try {
    return objectOf(body)
  } catch (error) {
    return prefixPath(error, 'body')
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes)
    return LONG_NUMBER.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text)
  } catch (cause) {
    throw new ProtocolError(`expected JSON in UTF-8: ${(cause as Error).message}`, { cause })
  }
}

function keepLongIntegers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value
  return context?.source !== undefined && /^-?\d+$/.test(context.source) ? context.source : value
}

export function prefixPath(error: unknown, key: string): never {
  if (!(error instanceof ProtocolError)) throw error
  const isPartOfKey = error.message.startsWith('[') || error.message.startsWith(': ')
  throw new ProtocolError(`${key}${isPartOfKey ? '' : '.'}${error.message}`, { cause: error })
}

/** The message begins with the colon: whoever knows the key prefixes it. */
export function objectOf(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new ProtocolError(`: expected an object, got ${kindOf(value)}`)
}

/** The object at `key`, mapped; `undefined` when it is absent or null. */
export function optional<T>(parent: JsonObject, key: string, read: (value: JsonObject) => T): T | undefined {
  const value = parent[key]
  if (value === undefined || value === null) return undefined
  try {
    return read(objectOf(value))
  } catch (error) {
    return prefixPath(error, key)
  }
}

/** The array at `key`, each element mapped; empty when it is absent or null. */
export function list<T>(parent: JsonObject, key: string, read: (element: unknown) => T): T[] {
  const value = parent[key]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new ProtocolError(`${key}: expected an array, got ${kindOf(value)}`)
  const out: T[] = []
  for (let index = 0; index < value.length; index++) {
    try {
      out.push(read(value[index]))
    } catch (error) {
      prefixPath(error, `${key}[${index}]`)
    }
  }
  return out
}

export function stringField(parent: JsonObject, key: string): string {
  const value = parent[key]
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  throw new ProtocolError(`${key}: expected a string, got ${kindOf(value)}`)
}

export function boolField(parent: JsonObject, key: string): boolean {
  const value = parent[key]
  if (typeof value === 'boolean') return value
  if (value === undefined || value === null) return false
  throw new ProtocolError(`${key}: expected true or false, got ${kindOf(value)}`)
}

export function doubleField(parent: JsonObject, key: string): number {
  const value = parent[key]
  if (value === undefined || value === null) return 0
  return doubleOf(value, key)
}

export function doubleOf(value: unknown, key: string): number {
  if (typeof value === 'number') return value
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value)
  throw new ProtocolError(`${key}: expected a number, got ${kindOf(value)}`)
}

export function int64Field(parent: JsonObject, key: string): bigint {
  const value = parent[key]
  if (value === undefined || value === null) return 0n
  return int64Of(value, key)
}

export function int64Of(value: unknown, key: string): bigint {
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  throw new ProtocolError(`${key}: expected a 64-bit integer as a string, got ${kindOf(value)}`)
}

export function uint64Field(parent: JsonObject, key: string): bigint {
  const value = int64Field(parent, key)
  if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new ProtocolError(`${key}: expected 0..2^64-1, got ${value}`)
  return value
}

export function uint32Field(parent: JsonObject, key: string): number {
  const value = int64Field(parent, key)
  if (value < 0n || value > 0xffff_ffffn) throw new ProtocolError(`${key}: expected 0..4294967295, got ${value}`)
  return Number(value)
}

export function int32Field(parent: JsonObject, key: string): number {
  const value = int64Field(parent, key)
  if (value < -0x8000_0000n || value > 0x7fff_ffffn)
    throw new ProtocolError(`${key}: expected a 32-bit integer, got ${value}`)
  return Number(value)
}

/** An enum as its number; its name, which protobuf's JSON mapping also allows, is looked up in `names`. */
export function enumField(parent: JsonObject, key: string, prefix: string, names: readonly string[]): number {
  const value = parent[key]
  if (typeof value !== 'string' || /^-?\d+$/.test(value)) return int32Field(parent, key)
  const index = names.indexOf(value.startsWith(prefix) ? value.slice(prefix.length) : value)
  if (index >= 0) return index
  throw new ProtocolError(
    `${key}: expected a number or one of ${names.map((name) => prefix + name).join(', ')}, got ${JSON.stringify(value)}`,
  )
}

/** A trace or span id: OTLP/JSON writes them as hex, not base64. Upper case is folded. */
export function idField(parent: JsonObject, key: string): string {
  const value = stringField(parent, key)
  if (/^[0-9a-fA-F]*$/.test(value)) return value.toLowerCase()
  throw new ProtocolError(`${key}: expected hex digits, got ${JSON.stringify(value.slice(0, 64))}`)
}

export function base64Of(value: unknown, key: string): Uint8Array {
  if (typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value))
    return new Uint8Array(Buffer.from(value, 'base64'))
  throw new ProtocolError(`${key}: expected base64, got ${kindOf(value)}`)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value)}`
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`
}
