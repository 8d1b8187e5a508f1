/** Reads what another service answered; throws with the field's name where it is not what was agreed. */
export function readObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new TypeError(`${what}: expected an object, got ${JSON.stringify(value)}`)
}

export function readString(object: Record<string, unknown>, name: string): string {
  const value = object[name]
  if (typeof value === 'string') return value
  throw new TypeError(`${name}: expected a string, got ${JSON.stringify(value)}`)
}

export function readInteger(object: Record<string, unknown>, name: string): number {
  const value = object[name]
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw new TypeError(`${name}: expected an integer, got ${JSON.stringify(value)}`)
}
