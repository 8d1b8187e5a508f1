/** The schema of a fault's parameters: numbers with a range, which is all a fault has needed so far. */
export interface NumberParameter {
  description: string
  default: number
  minimum: number
  maximum: number
}

export type ParameterSchema = Record<string, NumberParameter>
export type ParameterValues<S extends ParameterSchema> = { readonly [Name in keyof S]: number }

/** Parameters as given, completed with defaults; throws a RangeError that names every fault. */
export function parseParameters<S extends ParameterSchema>(
  schema: S,
  given: Record<string, unknown>,
): ParameterValues<S> {
  const faults = Object.keys(given)
    .filter((name) => !Object.hasOwn(schema, name))
    .map((name) => `params.${name}: unknown, expected ${Object.keys(schema).join(', ') || 'no parameters'}`)
  const entries = Object.entries(schema).map(([name, { default: fallback, minimum, maximum }]) => {
    const value = given[name] ?? fallback
    if (typeof value === 'number' && value >= minimum && value <= maximum) return [name, value]
    faults.push(`params.${name}: expected ${minimum}..${maximum}, got ${JSON.stringify(value)}`)
    return [name, fallback]
  })
  if (faults.length > 0) throw new RangeError(faults.join('; '))
  return Object.freeze(Object.fromEntries(entries) as ParameterValues<S>)
}
