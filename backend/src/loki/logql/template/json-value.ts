import type { Value } from './value.ts'

/** JSON as template values: numbers are floats, as in Go; text that is no JSON gives nil. */
export function fromJson(text: string): Value {
  try {
    return valueOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

function valueOf(json: unknown): Value {
  if (json === null || json === undefined) return undefined
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json
  if (Array.isArray(json)) return json.map(valueOf)
  return new Map(Object.entries(json).map(([key, value]) => [key, valueOf(value)]))
}
