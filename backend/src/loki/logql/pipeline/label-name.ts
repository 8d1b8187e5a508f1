const cache = new Map<string, string>()
const maxCached = 4096

/** A key of a log line as a label name: blanks trimmed, a leading digit escaped, anything else unusual an underscore. */
export function sanitizeLabelName(key: string): string {
  const known = cache.get(key)
  if (known !== undefined) return known
  const trimmed = key.trim()
  const name = (/^\d/.test(trimmed) ? '_' : '') + trimmed.replace(/[^a-zA-Z0-9_]/gu, '_')
  if (cache.size < maxCached) cache.set(key, name)
  return name
}

/** Loki does not keep U+FFFD in label values, since Prometheus' data model refused it. */
export function withoutReplacementCharacters(value: string): string {
  return value.includes('\uFFFD') ? value.replaceAll('\uFFFD', ' ') : value
}
