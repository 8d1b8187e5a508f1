/** One line as Loki answers it, its three sets of names kept apart. */
export interface LogRecord {
  timeUnixNano: bigint
  line: string
  /** Index labels of the stream. */
  labels: Record<string, string>
  /** Structured metadata sent with the line. */
  metadata: Record<string, string>
  /** What a parser stage of the query (`| json`) found. */
  parsed: Record<string, string>
}

export type FieldOrigin = 'label' | 'metadata' | 'line'

export interface LogField {
  name: string
  value: string
  origin: FieldOrigin
}

export interface ReadableLog {
  /** The line's own message where the line is a JSON object with one, else the line. */
  message: string
  /** The event's own fields, as `name=value`: what the message leaves unsaid. */
  extras: string
  level: LogLevel
  service: string | undefined
  traceId: string | undefined
  spanId: string | undefined
  fields: LogField[]
}

export const logLevels = ['error', 'warn', 'info', 'debug', 'unknown'] as const
export type LogLevel = (typeof logLevels)[number]

/** What a person wants from a record, wherever the sender put it: label, structured metadata, parsed field or JSON line. */
export function readLog(record: LogRecord): ReadableLog {
  const inLine = jsonFields(record.line)
  const sources = [record.metadata, inLine, record.parsed, record.labels]
  const find = (...names: string[]): string | undefined => {
    for (const name of names) for (const source of sources) if (source[name]) return source[name]
    return undefined
  }
  const message = inLine.message ?? inLine.msg
  return {
    message: message ?? record.line,
    extras: message === undefined ? '' : extrasOf(inLine),
    level: normaliseLevel(find('level', 'detected_level', 'severity_text', 'severity')),
    service: find('service_name', 'service', 'service.name'),
    traceId: validId(find('trace_id', 'traceId', 'traceID'), 32),
    spanId: validId(find('span_id', 'spanId', 'spanID'), 16),
    fields: [
      ...fieldsOf(record.labels, 'label'),
      ...fieldsOf(record.metadata, 'metadata'),
      ...fieldsOf({ ...withoutRepetitions(record.parsed, inLine), ...inLine }, 'line'),
    ],
  }
}

export function normaliseLevel(level: string | undefined): LogLevel {
  switch (level?.toLowerCase()) {
    case 'fatal':
    case 'critical':
    case 'error':
    case 'err':
      return 'error'
    case 'warn':
    case 'warning':
      return 'warn'
    case 'info':
    case 'notice':
      return 'info'
    case 'debug':
    case 'trace':
      return 'debug'
    default:
      return 'unknown'
  }
}

/** The top level of a JSON object line; nested values keep their JSON text. A line that is none has no fields. */
function jsonFields(line: string): Record<string, string> {
  if (!line.startsWith('{')) return {}
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed !== 'object' || parsed === null) return {}
    return Object.fromEntries(
      Object.entries(parsed).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    )
  } catch {
    return {} // Cut off or not JSON after all: the line is shown as it is.
  }
}

/** Shown elsewhere in the row. */
const shownApart = new Set(['message', 'msg', 'level', 'timestamp', 'time', 'service', 'trace_id', 'span_id'])

function extrasOf(fields: Record<string, string>): string {
  return Object.entries(fields)
    .filter(([name]) => !shownApart.has(name))
    .map(([name, value]) => `${name}=${value.length > 120 ? `${value.slice(0, 120)}…` : value}`)
    .join('  ')
}

function fieldsOf(values: Record<string, string>, origin: FieldOrigin): LogField[] {
  return Object.entries(values).map(([name, value]) => ({ name, value, origin }))
}

/**
 * `| json` finds the line's own fields once more under names that are labels: `http.route` as `http_route`, and
 * `trace_id`, which the structured metadata has taken, as `trace_id_extracted`.
 */
function withoutRepetitions(parsed: Record<string, string>, inLine: Record<string, string>): Record<string, string> {
  const asLabels = new Map(Object.entries(inLine).map(([name, value]) => [name.replace(/[^A-Za-z0-9_]/g, '_'), value]))
  return Object.fromEntries(
    Object.entries(parsed).filter(([name, value]) => asLabels.get(name.replace(/_extracted$/, '')) !== value),
  )
}

function validId(id: string | undefined, length: number): string | undefined {
  return id !== undefined && id.length === length && /^[0-9a-f]+$/i.test(id) && !/^0+$/.test(id)
    ? id.toLowerCase()
    : undefined
}
