/**
 * The name of a structured metadata label or of an OTLP attribute as Loki stores it: other characters than letters, digits
 * and underscores become one underscore a run, a leading digit gets `key_` (github.com/prometheus/otlptranslator).
 * `undefined` where nothing but underscores is left.
 */
export function normalizeName(name: string): string | undefined {
  // Nearly every name is one already.
  return /^[a-zA-Z][a-zA-Z0-9]*(?:_[a-zA-Z0-9]+)*$/.test(name) ? name : rewrite(name)
}

function rewrite(name: string): string | undefined {
  const reserved = /^__(.+)__$/s.exec(name)
  const replaced = (reserved?.[1] ?? name).replace(/[^a-zA-Z0-9]+/gu, '_')
  const normalized = reserved ? `__${replaced}__` : replaced
  if (/^_*$/.test(normalized)) return undefined
  return /^\d/.test(normalized) ? `key_${normalized}` : normalized
}
