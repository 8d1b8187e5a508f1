// Log lines of the agent itself, on stderr, in the shape Grafana Agent prints (logfmt or JSON).

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]
type Fields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

const logfmtValue = (value: string): string => (/^[^\s"=]+$/.test(value) ? value : JSON.stringify(value))

type Format = 'logfmt' | 'json'

export function renderLine(format: Format, level: Level, message: string, fields: Fields = {}): string {
  const record = { ts: new Date().toISOString(), level, msg: message, ...fields }
  if (format === 'json') return `${JSON.stringify(record)}\n`
  const pairs = Object.entries(record).filter(([, value]) => value !== undefined)
  return `${pairs.map(([key, value]) => `${key}=${logfmtValue(String(value))}`).join(' ')}\n`
}

export interface LoggerOptions {
  readonly level: Level
  readonly format: Format
  readonly write: (line: string) => void
}

export function createLogger({ level, format, write }: LoggerOptions): Logger {
  const emit = (at: Level, message: string, fields?: Fields): void => {
    if (LEVELS.indexOf(at) >= LEVELS.indexOf(level)) write(renderLine(format, at, message, fields))
  }
  return {
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warn', message, fields),
    error: (message, fields) => emit('error', message, fields),
  }
}

/** The reason of an error in one line, with the causes an HTTP client hides. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.message === '' && 'code' in error ? String(error.code) : error.message
  return error.cause === undefined ? own : `${own}: ${reasonOf(error.cause)}`
}
