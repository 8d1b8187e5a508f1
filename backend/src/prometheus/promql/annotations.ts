import { quote } from '../labels/labels.ts'
import { formatG } from './go-format.ts'
import { type PosRange, positionText } from './position.ts'

type Level = 'warning' | 'info'
type Monotonicity = {
  minMs: number
  maxMs: number
  minBucket: number
  maxBucket: number
  maxDiff: number
  count: number
}
type Annotation = { level: Level; text: string; pos: PosRange; monotonicity?: Monotonicity }

export type HistogramOperation = 'addition' | 'subtraction' | 'aggregation'

/** What an answer has to say beside its data. The same text is said once, however many samples cause it. */
export class Annotations {
  readonly #byText = new Map<string, Annotation>()

  warn(text: string, pos: PosRange): void {
    this.#add({ level: 'warning', text: `PromQL warning: ${text}`, pos })
  }

  inform(text: string, pos: PosRange): void {
    this.#add({ level: 'info', text: `PromQL info: ${text}`, pos })
  }

  warnings(query: string, limit = 10): string[] {
    return this.#render('warning', query, limit)
  }

  infos(query: string, limit = 10): string[] {
    return this.#render('info', query, limit)
  }

  /** Classic buckets that were not cumulative; says over which buckets and times. */
  forcedMonotonicity(
    metricName: string,
    pos: PosRange,
    atMs: number,
    found: { min: number; max: number; diff: number },
  ): void {
    const url = 'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile'
    const text = `PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see ${url})`
    this.#add({
      level: 'info',
      text: withMetricName(text, metricName),
      pos,
      monotonicity: {
        minMs: atMs,
        maxMs: atMs,
        minBucket: found.min,
        maxBucket: found.max,
        maxDiff: found.diff,
        count: 1,
      },
    })
  }

  #add(annotation: Annotation): void {
    const known = this.#byText.get(annotation.text)
    if (known?.monotonicity && annotation.monotonicity) {
      annotation.monotonicity = merged(known.monotonicity, annotation.monotonicity)
    }
    this.#byText.set(annotation.text, annotation)
  }

  #render(level: Level, query: string, limit: number): string[] {
    const all = [...this.#byText.values()].filter((annotation) => annotation.level === level)
    const texts = all.slice(0, limit).map((annotation) => describe(annotation, query))
    if (all.length > limit) texts.push(`${all.length - limit} more ${level} annotations omitted`)
    return texts
  }
}

export function withMetricName(text: string, metricName: string): string {
  return metricName === '' ? text : `${text} for metric name ${quote(metricName)}`
}

function describe({ text, pos, monotonicity }: Annotation, query: string): string {
  const where = `(${positionText(query, pos)})`
  if (!monotonicity) return `${text} ${where}`
  const { minBucket, maxBucket, maxDiff, count, minMs, maxMs } = monotonicity
  const buckets = `from buckets ${formatG(minBucket)} to ${formatG(maxBucket)}, with a max diff of ${twoDigits(maxDiff)}`
  return `${text}, ${buckets}, over ${count} samples from ${rfc3339(minMs)} to ${rfc3339(maxMs)} ${where}`
}

function merged(a: Monotonicity, b: Monotonicity): Monotonicity {
  return {
    minMs: Math.min(a.minMs, b.minMs),
    maxMs: Math.max(a.maxMs, b.maxMs),
    minBucket: Math.min(a.minBucket, b.minBucket),
    maxBucket: Math.max(a.maxBucket, b.maxBucket),
    maxDiff: Math.max(a.maxDiff, b.maxDiff),
    count: a.count + b.count,
  }
}

/** Go's %.2g. */
function twoDigits(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(1).split('e')
  if (!Number.isFinite(value) || (Number(exponent) >= -4 && Number(exponent) < 2))
    return formatG(Number(value.toPrecision(2)))
  return `${Number(mantissa)}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

function rfc3339(ms: number): string {
  return new Date(Math.trunc(ms / 1000) * 1000).toISOString().replace('.000', '')
}
