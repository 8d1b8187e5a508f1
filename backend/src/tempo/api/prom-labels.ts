import { formatStatic } from '../traceql/static.ts'
import type { Label } from '../metrics/series.ts'

/** Labels in Prometheus' notation, sorted by name, as Tempo adds them for clients that know no types. */
export function promLabels(labels: readonly Label[]): string {
  const pairs = labels.map(({ name, value }) => {
    const text = formatStatic(value, false)
    const shown = value.type === 'int' ? `int(${text})` : text === 'nil' ? '<nil>' : text === '' ? '<empty>' : text
    return [/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name), JSON.stringify(shown)] as const
  })
  return `{${pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}}`
}
