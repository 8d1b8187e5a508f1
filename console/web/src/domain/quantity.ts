import { formatSeconds } from './duration.ts'

export type Unit = 'seconds' | 'bytes' | 'perSecond' | 'ratio' | 'number'

/** What a query's values most likely measure, by the naming rules of Prometheus and OpenTelemetry. */
export function guessUnit(query: string): Unit {
  const isRate = /\b(rate|irate|increase|delta)\s*\(/.test(query)
  if (/histogram_(quantile|avg)|(_seconds_sum\b[\s\S]*_seconds_count\b)/.test(query)) return 'seconds'
  if (/_(bucket|count|total|requests)\b/.test(query)) return isRate ? 'perSecond' : 'number'
  if (/_ratio\b/.test(query)) return 'ratio'
  if (/_bytes\b/.test(query)) return 'bytes'
  if (/_seconds\b/.test(query)) return isRate ? 'ratio' : 'seconds'
  return isRate ? 'perSecond' : 'number'
}

export function formatQuantity(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  switch (unit) {
    case 'seconds':
      return value === 0 ? '0 s' : formatSeconds(value)
    case 'bytes':
      return formatBytes(value)
    case 'perSecond':
      return `${formatNumber(value)}/s`
    case 'ratio':
      return `${formatNumber(value * 100)} %`
    case 'number':
      return formatNumber(value)
  }
}

export function formatNumber(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1e15 || size < 1e-3) return value.toExponential(2)
  if (size < 1) return String(Number(value.toPrecision(2)))
  const [divisor, suffix] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, '']
  const scaled = value / divisor
  const digits = Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2
  return `${Number(scaled.toFixed(digits))}${suffix}`
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.abs(bytes)) / 10)))
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`
}
