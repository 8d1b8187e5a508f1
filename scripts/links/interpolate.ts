// Grafana's own variables in links and queries. (grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax)
import { ConfigurationFault } from './link-result.ts'

/** Values by name; a nested one is reached by `${name.path}` or `${name.path["with.dots"]}`. */
export type Variables = Record<string, unknown>

const VARIABLE = /\$\{(\w+)((?:\.\w+|\[(?:"[^"]*"|'[^']*')\])*)(?::\w+)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)/g

/** Unknown variables stay as they are, as in Grafana. */
export function interpolate(template: string, variables: Variables): string {
  return template.replace(
    VARIABLE,
    (match, braced: string | undefined, path: string | undefined, bracketed: string | undefined, bare: string) => {
      const value = at(variables[braced ?? bracketed ?? bare], path ?? '')
      return typeof value === 'string' || typeof value === 'number' ? String(value) : match
    },
  )
}

/** Grafana hides a link with a variable that it cannot fill. */
export function interpolateAll(template: string, variables: Variables): string {
  const text = interpolate(template, variables)
  const left = [...text.matchAll(VARIABLE)].map(([match]) => match).filter((match) => !/^\$\d+$/.test(match))
  if (left.length === 0) return text
  throw new ConfigurationFault(`${left.join(', ')} has no value here: ${template}`)
}

/** Leaves what the data source fills in itself when it runs the query. */
export function interpolateLink(template: string, variables: Variables, filledLater: Variables): string {
  interpolateAll(template, { ...filledLater, ...variables })
  return interpolate(template, variables)
}

function at(value: unknown, path: string): unknown {
  let current = value
  for (const [, dotted, quoted] of path.matchAll(/\.(\w+)|\[["']([^"']*)["']\]/g)) {
    const key = dotted ?? quoted ?? ''
    if (typeof current !== 'object' || current === null || !(key in current)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current
}
