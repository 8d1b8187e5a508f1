/** An error as log fields and span attributes name it. */
export function errorFields(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { 'error.type': typeof error, 'error.message': String(error) }
  return { 'error.type': errorType(error), 'error.message': error.message, 'error.stack': stackWithCauses(error) }
}

/** Low in cardinality: a code such as 57014 or ECONNREFUSED where there is one, else the class. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function stackWithCauses(error: Error): string {
  const stack = error.stack ?? `${error.name}: ${error.message}`
  return error.cause instanceof Error ? `${stack}\n[cause]: ${stackWithCauses(error.cause)}` : stack
}
