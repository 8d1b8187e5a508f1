/** One setting of a process: the variable it comes from, what it means, how its text is parsed. */
export interface Setting<T> {
  variable: string
  expected: string
  fallback: T
  /** Undefined: the text is not what is expected. */
  parse(text: string): T | undefined
}

export type Schema = Record<string, Setting<unknown>>

export type Config<S extends Schema> = {
  readonly [Name in keyof S]: S[Name] extends Setting<infer T> ? T : never
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: string[]
  constructor(faults: string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

export function integer(variable: string, fallback: number, range: { min: number; max: number }): Setting<number> {
  return {
    variable,
    expected: `${range.min}..${range.max}`,
    fallback,
    parse: (text) => {
      const value = Number(text)
      return /^\d+$/.test(text) && value >= range.min && value <= range.max ? value : undefined
    },
  }
}

/** 0 asks the system for a free one, as tests do. */
export function port(variable: string, fallback: number): Setting<number> {
  return integer(variable, fallback, { min: 0, max: 65_535 })
}

/** Text as it is; an empty variable counts as not set. */
export function text(variable: string, fallback: string): Setting<string> {
  return { variable, expected: 'text', fallback, parse: (value) => value }
}

export function optionalText(variable: string): Setting<string | undefined> {
  return { variable, expected: 'text', fallback: undefined, parse: (value) => value }
}

export function choice<const T extends string>(variable: string, fallback: T, choices: readonly T[]): Setting<T> {
  return {
    variable,
    expected: choices.join(' | '),
    fallback,
    parse: (value) => choices.find((candidate) => candidate === value),
  }
}

/** Without a trailing slash, so that paths can be appended. */
export function url(variable: string, fallback: string, protocols: readonly string[]): Setting<string> {
  return {
    variable,
    expected: `a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    fallback,
    parse: (value) =>
      URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value.replace(/\/+$/, '') : undefined,
  }
}

/** Throws a ConfigError that names every wrong variable: `DB_TIMEOUT_MS: expected 1..60000, got "5s"`. */
export function parseConfig<S extends Schema>(schema: S, environment: NodeJS.ProcessEnv): Config<S> {
  const faults: string[] = []
  const entries = Object.entries(schema).map(([name, setting]) => {
    const given = environment[setting.variable]
    if (given === undefined || given === '') return [name, setting.fallback]
    const value = setting.parse(given)
    if (value === undefined)
      faults.push(`${setting.variable}: expected ${setting.expected}, got ${JSON.stringify(given)}`)
    return [name, value]
  })
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.freeze(Object.fromEntries(entries) as Config<S>)
}

/** For a process's config.ts: wrong settings are a message and exit code 2, not a stack. */
export function loadConfig<S extends Schema>(schema: S, environment: NodeJS.ProcessEnv): Config<S> {
  try {
    return parseConfig(schema, environment)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
