import type { Metric } from '@playground/protocol/otlp/metrics'

/** Prometheus' names for UCUM units (github.com/prometheus/otlptranslator). */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}
const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

/**
 * The metric's name in Prometheus (translation strategy UnderscoreEscapingWithSuffixes): words joined by underscores,
 * then the unit, then `_total` for counters or `_ratio` for gauges of unit 1. Undefined: nothing is left of the name.
 */
export function metricName({ name, unit, data }: Metric): string | undefined {
  let words = name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '')
  const { main, per } = unitSuffixes(unit)
  if (main !== '' && !words.includes(main)) words.push(main)
  if (per !== '' && !words.includes(per)) words.push(per)
  if (data?.kind === 'sum' && data.monotonic) words = [...words.filter((word) => word !== 'total'), 'total']
  if (data?.kind === 'gauge' && unit === '1') words = [...words.filter((word) => word !== 'ratio'), 'ratio']
  const joined = words.join('_')
  if (joined === '') return undefined
  return /^\d/.test(joined) ? `_${joined}` : joined
}

export function unitName(unit: string): string {
  const { main, per } = unitSuffixes(unit)
  return [main, per].filter((part) => part !== '').join('_')
}

function unitSuffixes(unit: string): { main: string; per: string } {
  const slash = unit.indexOf('/')
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim()
  const per = slash < 0 ? '' : unit.slice(slash + 1).trim()
  return {
    main: isAnnotation(main) ? '' : clean(UNITS[main] ?? main),
    per: per === '' || isAnnotation(per) ? '' : clean(`per_${PER_UNITS[per] ?? per}`),
  }
}

/** `{request}` says what is counted and is no unit. */
function isAnnotation(unit: string): boolean {
  return /[{}]/.test(unit)
}

function clean(unit: string): string {
  return unit.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_+|_+$/g, '')
}
