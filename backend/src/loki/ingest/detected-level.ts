// `detected_level`, which Loki adds to every entry: from a label, from metadata, from a field of the line, or from a word in it.
import { labelValue, type Labels } from '../logql/labels/labels.ts'
import { forEachMember, JsonScanError } from '../logql/pipeline/json-scanner.ts'
import { LogfmtDecoder } from '../logql/pipeline/logfmt-decoder.ts'

export const detectedLevelLabel = 'detected_level'

const levelFields = [
  'level',
  'LEVEL',
  'Level',
  'log.level',
  'severity',
  'SEVERITY',
  'Severity',
  'SeverityText',
  'lvl',
  'LVL',
  'Lvl',
  'severity_text',
  'Severity_Text',
  'SEVERITY_TEXT',
]
const levelFieldSet: ReadonlySet<string> = new Set(levelFields)
const lowerLevelFields = levelFields.map((field) => field.toLowerCase())
/** How deep a level is looked for in a JSON line. */
const maxJsonDepth = 2

const canonical: Readonly<Record<string, string>> = {
  trace: 'trace',
  trc: 'trace',
  debug: 'debug',
  dbg: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  warn: 'warn',
  wrn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  critical: 'critical',
  fatal: 'fatal',
}

/** The canonical word for a level, or the text as it is. */
export function normalizeLevel(level: string): string {
  return canonicalLevel(level) ?? level
}

function canonicalLevel(level: string): string | undefined {
  const lower = level.toLowerCase()
  return Object.hasOwn(canonical, lower) ? canonical[lower] : undefined
}

export function detectLevel(labels: Labels, metadata: Labels, line: string): string {
  for (const source of [labels, metadata]) {
    const named = namedLevel(source)
    if (named !== '') return normalizeLevel(named)
  }
  const severity = labelValue(metadata, 'severity_number')
  return severity === '' ? levelOfLine(line) : levelOfSeverity(severity)
}

/** The value of the field that comes first in the list. */
function namedLevel(source: Labels): string {
  let best = levelFields.length
  let level = ''
  for (const [name, value] of source) {
    if (value === '' || !levelFieldSet.has(name)) continue
    const rank = levelFields.indexOf(name)
    if (rank >= best) continue
    best = rank
    level = value
  }
  return level
}

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
function levelOfSeverity(text: string): string {
  const severity = /^-?\d+$/.test(text) ? Number(text) : undefined
  if (severity === undefined) return 'info'
  if (severity === 0 || severity > 24) return 'unknown'
  return ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][Math.max(0, Math.floor((severity - 1) / 4))] ?? 'unknown'
}

function levelOfLine(line: string): string {
  const field = isJson(line) ? jsonLevel(line) : line.includes('=') ? logfmtLevel(line) : undefined
  return (field === undefined ? undefined : canonicalLevel(field)) ?? levelWord(line)
}

function isJson(line: string): boolean {
  return /^\s*\{/.test(line) && /\}\s*$/.test(line.slice(-16))
}

function jsonLevel(line: string): string | undefined {
  let found: string | undefined
  const search = (start: number, end: number, depth: number): boolean =>
    forEachMember(line, start, end, (key, value) => {
      if (value.type === 'string' && levelFieldSet.has(key)) found = line.slice(value.start, value.end)
      else if (value.type === 'object' && depth + 1 < maxJsonDepth) search(value.start, value.end, depth + 1)
      return found === undefined
    })
  try {
    search(0, line.length, 0)
  } catch (error) {
    // Whatever was found before the line stops being JSON counts.
    if (!(error instanceof JsonScanError)) throw error
  }
  return found
}

function logfmtLevel(line: string): string | undefined {
  const decoder = new LogfmtDecoder(line)
  let found: string | undefined
  let best = lowerLevelFields.length
  while (!decoder.isAtEnd && decoder.next()) {
    const rank = lowerLevelFields.indexOf(decoder.key.toLowerCase())
    if (rank === -1 || rank >= best) continue
    found = decoder.value
    best = rank
    if (rank === 0) break
  }
  return found
}

// A word counts between blanks, brackets, quotes and the like; a colon may follow it (`error: ...`) but not come before.
const levelPattern =
  /(?<=^|[ \t\n[({"=])(trace|debug|fatal|critical|error|err|warning|warn|info)(?=$|[ \t\n[\](){}:,!"=])/

function levelWord(line: string): string {
  const word = levelPattern.exec(line.toLowerCase())?.[1]
  return (word === undefined ? undefined : canonical[word]) ?? 'unknown'
}
