// Random PromQL over the data of random-series.ts: every construct of the language, nested a few levels deep, correctly typed.
import { queryTree as tree, type QueryTree } from './query-tree.ts'
import { END_MS, START_MS } from './random-series.ts'
import type { SeededRandom } from './seeded-random.ts'

type MetricKind = 'counter' | 'gauge' | 'bucket' | 'native' | 'any'

const METRICS: Readonly<Record<MetricKind, [string, ...string[]]>> = {
  counter: ['http_requests_total', 'latency_seconds_count', 'latency_seconds_sum'],
  gauge: ['process_memory_bytes', 'up', 'weights', 'odd_values'],
  bucket: ['latency_seconds_bucket'],
  native: ['native_seconds', 'native_float_seconds', 'native_gauge_seconds', 'custom_seconds', 'mixed'],
  any: [
    'up',
    'http_requests_total',
    'process_memory_bytes',
    'native_seconds',
    'mixed',
    'weights',
    'odd_values',
    'missing',
  ],
}
const MATCHERS: readonly string[] = [
  'job="checkout"',
  'job!="payment"',
  'job=~"check.*|nothing"',
  'job!~".*ment"',
  'instance=~"[ab]:1"',
  'instance!=""',
  'code=~"[45].."',
  'code!~"2.."',
  'room=""',
  '"shop.name"=~"K.se.*"',
]
const LABELS = ['job', 'instance', 'code', 'le', 'room', '"shop.name"', 'nothing'] as const
const MATH = [
  'abs ceil floor exp ln log2 log10 sqrt sgn sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh deg rad',
  'timestamp sort sort_desc absent',
].flatMap((names) => names.split(' '))
/** Of what has no NaN: Go's conversion of NaN to an integer differs from processor to processor. */
const DATE = ['minute', 'hour', 'day_of_week', 'day_of_month', 'day_of_year', 'days_in_month', 'month', 'year']
const HISTOGRAM = ['histogram_count', 'histogram_sum', 'histogram_avg', 'histogram_stddev', 'histogram_stdvar']
const COUNTER_RANGE = ['rate', 'increase', 'irate', 'resets', 'changes']
const GAUGE_RANGE = [
  'delta idelta deriv changes avg_over_time min_over_time max_over_time sum_over_time count_over_time stddev_over_time',
  'stdvar_over_time last_over_time present_over_time absent_over_time',
].flatMap((names) => names.split(' '))
/** Behind promql-experimental-functions. */
const EXPERIMENTAL_RANGE = [
  'mad_over_time',
  'first_over_time',
  'ts_of_min_over_time',
  'ts_of_max_over_time',
  'ts_of_last_over_time',
]
const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'] as const
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2'] as const
const COMPARISON = ['==', '!=', '>', '<', '>=', '<='] as const

export class QueryGrammar {
  readonly #random: SeededRandom

  constructor(random: SeededRandom) {
    this.#random = random
  }

  query(): QueryTree {
    const random = this.#random
    return random.chance(0.05) ? this.#scalar(2) : this.#vector(random.between(1, 4), this.#kind())
  }

  #kind(): MetricKind {
    return this.#random.pick(['counter', 'counter', 'gauge', 'gauge', 'bucket', 'native', 'native', 'any'])
  }

  #vector(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    if (depth <= 0) return tree('vector', this.#selector(kind), this.#shift())
    const below = depth - 1
    switch (random.between(0, 13)) {
      case 0:
        return tree('vector', this.#selector(kind), this.#shift())
      case 1:
        return tree('vector', random.pick(['abs', ...MATH]), '(', this.#vector(below, kind), ')')
      case 2:
      case 3:
      case 4:
        return this.#overRange(below, kind)
      case 5:
      case 6:
      case 7:
        return this.#aggregation(below, kind)
      case 8:
        return this.#vectorVector(below, kind)
      case 9:
        return this.#vectorScalar(below, kind)
      case 10:
      case 11:
        return this.#histogram(below)
      case 12:
        return this.#labels(below, kind)
      default:
        return this.#other(below, kind)
    }
  }

  #overRange(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    const matrix = () => this.#matrix(depth, kind)
    const names = kind === 'gauge' || random.chance(0.25) ? GAUGE_RANGE : COUNTER_RANGE
    switch (random.between(0, 12)) {
      case 0:
        return tree('vector', 'quantile_over_time(', this.#quantile(), ', ', matrix(), ')')
      case 1:
        return tree('vector', 'predict_linear(', matrix(), ', ', this.#scalar(depth - 1), ')')
      case 2:
        return tree('vector', 'double_exponential_smoothing(', matrix(), ', 0.4, 0.7)')
      case 3:
        return tree('vector', random.pick(['mad_over_time', ...EXPERIMENTAL_RANGE]), '(', matrix(), ')')
      default:
        return tree('vector', random.pick(['rate', ...names]), '(', matrix(), ')')
    }
  }

  #matrix(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    if (depth > 0 && random.chance(0.25)) {
      const range = random.pick(['5m', '10m', '17m', '90s'])
      const step = random.pick(['', '30s', '1m', '47s'])
      return tree('matrix', this.#vectorInBrackets(depth - 1, kind), `[${range}:${step}]`, this.#shift())
    }
    return tree(
      'matrix',
      this.#selector(kind),
      `[${random.pick(['1m', '5m', '5m', '10m', '40s', '1h', '15s'])}]`,
      this.#shift(),
    )
  }

  #vectorInBrackets(depth: number, kind: MetricKind): QueryTree {
    return tree('vector', '(', this.#vector(depth, kind), ')')
  }

  #aggregation(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    const operand = this.#vector(depth, kind)
    const grouping = this.#grouping()
    switch (random.between(0, 9)) {
      case 0:
        return tree(
          'vector',
          random.pick(['topk', 'bottomk', 'limitk']),
          grouping,
          `(${random.between(0, 4)}, `,
          operand,
          ')',
        )
      case 1:
        return tree('vector', 'quantile', grouping, '(', this.#quantile(), ', ', operand, ')')
      case 2:
        return tree('vector', 'count_values', grouping, '("counted", ', operand, ')')
      case 3:
        return tree('vector', 'limit_ratio', grouping, `(${random.pick(['0.3', '-0.6', '1', '0'])}, `, operand, ')')
      default:
        return tree('vector', random.pick(AGGREGATIONS), grouping, '(', operand, ')')
    }
  }

  #grouping(): string {
    const random = this.#random
    if (random.chance(0.25)) return ''
    return ` ${random.pick(['by', 'by', 'without'])} (${random.some(LABELS, 0.3).join(', ')}) `
  }

  #vectorVector(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    const left = this.#vectorInBrackets(depth, kind)
    const right = this.#vectorInBrackets(depth, random.chance(0.8) ? kind : this.#kind())
    const labels = random.some(LABELS, 0.35).join(', ')
    const matching = random.pick(['', '', ` on (${labels})`, ` ignoring (${labels})`])
    if (random.chance(0.3)) return tree('vector', left, ` ${random.pick(['and', 'or', 'unless'])}${matching} `, right)
    const group = matching === '' ? '' : random.pick(['', ' group_left ()', ' group_right ()', ' group_left (region)'])
    const operator = random.chance(0.6)
      ? random.pick(ARITHMETIC)
      : `${random.pick(COMPARISON)}${random.chance(0.5) ? ' bool' : ''}`
    return tree('vector', left, ` ${operator}${matching}${group} `, right)
  }

  #vectorScalar(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    const vector = this.#vectorInBrackets(depth, kind)
    const scalar = this.#scalar(depth - 1)
    const operator = random.chance(0.6)
      ? random.pick(ARITHMETIC)
      : `${random.pick(COMPARISON)}${random.chance(0.5) ? ' bool' : ''}`
    const [left, right] = random.chance(0.5) ? [vector, scalar] : [scalar, vector]
    return tree('vector', left, ` ${operator} `, right)
  }

  #histogram(depth: number): QueryTree {
    const random = this.#random
    const kind = random.pick<'bucket' | 'native'>(['bucket', 'native', 'native'])
    const rate = tree('vector', 'rate(', tree('matrix', this.#selector(kind), '[5m]', this.#shift()), ')')
    const operand = random.chance(0.5)
      ? tree('vector', 'sum', random.pick([' by (le) ', ' by (job, le) ', ' without (instance) ']), '(', rate, ')')
      : this.#vector(depth, kind)
    switch (random.between(0, 5)) {
      case 0:
      case 1:
        return tree('vector', 'histogram_quantile(', this.#quantile(), ', ', operand, ')')
      case 2:
        return tree(
          'vector',
          `histogram_fraction(${random.pick(['0', '-Inf', '0.2'])}, ${random.pick(['0.5', '+Inf', '2'])}, `,
          operand,
          ')',
        )
      case 3:
        return tree('vector', 'histogram_quantiles(', operand, ', "q", 0.5, 0.9)')
      default:
        return tree('vector', random.pick(['histogram_count', ...HISTOGRAM]), '(', operand, ')')
    }
  }

  #labels(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    const operand = this.#vector(depth, kind)
    switch (random.between(0, 3)) {
      case 0:
        return tree('vector', 'label_replace(', operand, ', "room", "$1-$2", "instance", "(.*):(.*)")')
      case 1:
        return tree('vector', 'label_join(', operand, ', "joined", "/", "job", "nothing", "instance")')
      case 2:
        return tree('vector', 'sort_by_label', random.pick(['', '_desc']), '(', operand, ', "job", "instance")')
      default:
        return tree('vector', 'info(', operand, random.pick([')', ', {region=~".+"})', ', {region="r1"})']))
    }
  }

  #other(depth: number, kind: MetricKind): QueryTree {
    const random = this.#random
    const operand = this.#vector(depth, kind)
    switch (random.between(0, 7)) {
      case 0:
        return tree('vector', '-', this.#vectorInBrackets(depth, kind))
      case 1:
        return tree('vector', 'clamp(', operand, ', ', this.#scalar(depth - 1), ', ', this.#scalar(depth - 1), ')')
      case 2:
        return tree(
          'vector',
          random.pick(['clamp_min', 'clamp_max', 'round']),
          '(',
          operand,
          ', ',
          this.#scalar(depth - 1),
          ')',
        )
      case 3:
        return tree('vector', 'vector(', this.#scalar(depth - 1), ')')
      case 4:
        return tree('vector', 'round(', operand, ')')
      case 5:
        return tree('vector', random.pick(['minute', ...DATE]), '(timestamp(', operand, '))')
      default:
        return this.#vectorInBrackets(depth, kind)
    }
  }

  #scalar(depth: number): QueryTree {
    const random = this.#random
    if (depth > 0 && random.chance(0.3)) return tree('scalar', 'scalar(', this.#vector(depth - 1, this.#kind()), ')')
    if (depth > 0 && random.chance(0.2)) {
      const operator = random.chance(0.7) ? random.pick(ARITHMETIC) : `${random.pick(COMPARISON)} bool`
      return tree('scalar', '(', this.#scalar(depth - 1), ` ${operator} `, this.#scalar(depth - 1), ')')
    }
    return tree(
      'scalar',
      random.pick(['1', '0', '-2.5', '0x1F', '1e3', 'NaN', 'Inf', 'time()', 'pi()', '5m', '3_600', '.5']),
    )
  }

  #quantile(): QueryTree {
    return tree('scalar', this.#random.pick(['0.5', '0.9', '0.99', '0', '1', '-0.1', '1.1', 'NaN']))
  }

  #selector(kind: MetricKind): string {
    const random = this.#random
    const name = random.pick(METRICS[random.chance(0.92) ? kind : 'any'])
    const matchers = random.some(MATCHERS, 0.07)
    if (random.chance(0.03)) return `{__name__=~"${name.slice(0, 4)}.+"${matchers.map((one) => `, ${one}`).join('')}}`
    if (random.chance(0.03)) return `{"${name}"${matchers.map((one) => `, ${one}`).join('')}}`
    return matchers.length > 0 ? `${name}{${matchers.join(', ')}}` : name
  }

  #shift(): string {
    const random = this.#random
    if (random.chance(0.8)) return ''
    const at = random.between(START_MS, END_MS) / 1000
    return random.pick([
      ' offset 5m',
      ' offset -3m',
      ` @ ${at}`,
      ' @ start()',
      ' @ end() offset 1m',
      ` @ ${at.toFixed(2)}`,
    ])
  }
}
