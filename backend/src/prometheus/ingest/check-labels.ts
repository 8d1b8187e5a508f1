import { isValidLabelName, Labels, METRIC_NAME, quote } from '../labels/labels.ts'

/** Prometheus has no limits here; these hold one series to a size that a block can index. */
const MAX_LABELS = 1024
const MAX_NAME_LENGTH = 1024
const MAX_VALUE_LENGTH = 65_536

export type LabelFault = { reason: 'invalid_labels' | 'too_many_labels'; message: string }

/** Labels of a series as sent, in any order: named, each once. */
export function checkLabels(pairs: readonly (readonly [string, string])[]): Labels | LabelFault {
  if (pairs.length > MAX_LABELS) {
    return { reason: 'too_many_labels', message: `series has ${pairs.length} labels, the limit is ${MAX_LABELS}` }
  }
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const fault = checkPair(name, value) ?? (seen.has(name) ? `duplicate label name ${quote(name)}` : undefined)
    if (fault !== undefined) return { reason: 'invalid_labels', message: `${fault}, got ${describe(pairs)}` }
    seen.add(name)
  }
  const labels = Labels.from(pairs)
  if (labels.metricName !== '') return labels
  return {
    reason: 'invalid_labels',
    message: `invalid metric name or labels: ${METRIC_NAME} is missing, got ${describe(pairs)}`,
  }
}

function checkPair(name: string, value: string): string | undefined {
  if (!isValidLabelName(name)) return `invalid label name ${quote(name)}`
  if (name.length > MAX_NAME_LENGTH) return `label name of ${name.length} characters, the limit is ${MAX_NAME_LENGTH}`
  if (!value.isWellFormed() || value.includes('\0')) return `invalid value of label ${quote(name)}`
  if (value.length > MAX_VALUE_LENGTH)
    return `value of label ${quote(name)} has ${value.length} characters, the limit is ${MAX_VALUE_LENGTH}`
  return undefined
}

function describe(pairs: readonly (readonly [string, string])[]): string {
  const text = pairs
    .slice(0, 10)
    .map(([name, value]) => `${name}=${quote(value.slice(0, 60))}`)
    .join(', ')
  return `{${text}${pairs.length > 10 ? ', ...' : ''}}`
}
