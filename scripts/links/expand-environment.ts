import { ConfigurationFault } from './link-result.ts'

/** As Go's os.ExpandEnv reads them: whatever stands in braces is a name, and so is one character of a shell's (`$1`, `$@`). */
const REFERENCE = /\$__(env|file)\{([^}]*)\}|\$\{([^}]*)\}|\$(\w+|[*#@!?-])/g

/**
 * What Grafana makes of a value in a provisioning file: `$NAME`, `${NAME}` and `$__env{NAME}` come from its environment,
 * `$$` is a dollar sign. Grafana puts nothing in place of a name it does not have; here that is a fault, because it is how
 * a forgotten second dollar sign shows.
 * (grafana.com/docs/grafana/latest/administration/provisioning, "Using environment variables")
 */
export function expandEnvironment(text: string, environment: Record<string, string>): string {
  const lookUp = (name: string) => {
    const value = environment[name]
    if (value !== undefined) return value
    throw new ConfigurationFault(
      `${JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)} refers to ${name}, which is not in Grafana's environment (a dollar sign of Grafana's own variables is written $$)`,
    )
  }
  return text
    .split('$$')
    .map((part) =>
      part.replace(
        REFERENCE,
        (_, expander: string | undefined, argument: string, braced: string | undefined, bare: string) => {
          if (expander === 'file') throw new ConfigurationFault(`$__file{${argument}} is not evaluated by this proof`)
          return lookUp(expander === 'env' ? argument : (braced ?? bare))
        },
      ),
    )
    .join('$')
}

/** The same for every text in a tree of maps and lists. */
export function expandTree(value: unknown, environment: Record<string, string>): unknown {
  if (typeof value === 'string') return expandEnvironment(value, environment)
  if (Array.isArray(value)) return value.map((item) => expandTree(item, environment))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expandTree(item, environment)]))
  return value
}
