/** Small, careful edits of a LogQL text; anything cleverer belongs to a parser, and the user's text must survive. */
import type { FieldOrigin } from './log-record.ts'

/** Lines (a selector with stages) rather than numbers: only then there is a volume to count. */
export function isLogQuery(query: string): boolean {
  const withoutComments = query.replaceAll(/^\s*#.*$/gm, '').trimStart()
  return withoutComments.startsWith('{')
}

export function quote(value: string): string {
  return JSON.stringify(value)
}

/** The histogram over a log query. `detected_level` is what Loki itself finds where the sender set no level. */
export function volumeQuery(query: string, stepMs: number): string {
  return `sum by (level, detected_level) (count_over_time(${query.trim()} [${stepMs}ms]))`
}

/**
 * Adds `name = value` or `name != value`: an index label becomes a matcher, so that fewer streams are read; everything else
 * is a label filter at the end, after a `json` stage where the field is only in the line.
 */
export function withFilter(
  query: string,
  filter: { name: string; value: string; origin: FieldOrigin; negated?: boolean },
): string {
  const { name, value, origin, negated = false } = filter
  const comparison = `${asLabelName(name)}${negated ? '!=' : '='}${quote(value)}`
  const end = selectorEnd(query)
  if (origin === 'label' && end !== undefined) {
    const inside = query.slice(query.indexOf('{') + 1, end).trim()
    const separator = inside === '' || inside.endsWith(',') ? '' : ', '
    return `${query.slice(0, end).trimEnd()}${separator}${comparison}${query.slice(end)}`
  }
  const needsParser = origin === 'line' && !/\|\s*(json|logfmt|pattern|regexp|unpack)\b/.test(query)
  return `${query.trimEnd()}${needsParser ? ' | json' : ''} | ${comparison}`
}

/** What `| json` calls a field of the line: `http.route` is `http_route` to the filters behind it. */
function asLabelName(name: string): string {
  return name.replace(/[^A-Za-z0-9_:]/g, '_')
}

/** Offset of the brace that closes the stream selector; braces inside strings do not count. */
function selectorEnd(query: string): number | undefined {
  let quoteChar = ''
  for (let index = query.indexOf('{') + 1; index > 0 && index < query.length; index++) {
    const char = query[index] ?? ''
    if (quoteChar !== '') {
      if (char === '\\' && quoteChar !== '`') index++
      else if (char === quoteChar) quoteChar = ''
    } else if (char === '"' || char === '`') quoteChar = char
    else if (char === '}') return index
  }
  return undefined
}
