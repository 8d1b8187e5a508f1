// Random calls of the APIs beside the query language: their parameters in every spelling, right and wrong.
import type { ApiCall } from './api-call.ts'
import { renderQuery } from './query-tree.ts'
import { QueryGrammar } from './random-query.ts'
import { END_MS, START_MS } from './random-series.ts'
import type { SeededRandom } from './seeded-random.ts'

type Params = [string, string][]

const SELECTORS = [
  'up',
  '{job="checkout"}',
  '{job=~"check.+",code!="200"}',
  'http_requests_total{code=~"[45].."}',
  '{__name__=~"native.*"}',
  '{"shop.name"!=""}',
  'missing',
  '{job=""}',
  '{}',
  'up[5m]',
  'up{',
  'sum(up)',
  '{job=~"("}',
  '',
] as const
const DURATIONS = [
  '15',
  '30s',
  '1m',
  '0.5',
  '1m30s',
  '1h',
  '0',
  '-5',
  '',
  'soon',
  '1e1',
  '10ms',
  '5x',
  '1d2h',
  '0s',
  'NaN',
  'Inf',
  '1e30',
] as const
const LIMITS = ['0', '1', '3', '100', '-1', 'x', '1.5', '', '999999999999999999999', '+1'] as const
const NAMES = [
  'job',
  '__name__',
  'code',
  'nothing',
  'shop.name',
  'U__shop_2e_name',
  '1bad',
  'a-b',
  'U__bad_',
  '%20',
] as const

export class CallGenerator {
  readonly #random: SeededRandom
  readonly #grammar: QueryGrammar

  constructor(random: SeededRandom) {
    this.#random = random
    this.#grammar = new QueryGrammar(random)
  }

  call(): ApiCall {
    const random = this.#random
    const method = random.chance(0.25) ? 'POST' : 'GET'
    switch (random.between(0, 9)) {
      case 0:
        return { path: '/api/v1/series', params: [...this.#matches(), ...this.#range(), ...this.#limit()], method }
      case 1:
        return { path: '/api/v1/labels', params: [...this.#matches(), ...this.#range(), ...this.#limit()], method }
      case 2: {
        const path = `/api/v1/label/${encodeURIComponent(random.pick(NAMES))}/values`
        return { path, params: [...this.#matches(), ...this.#range(), ...this.#limit()], method: 'GET' }
      }
      case 3: {
        const metric: Params = random.chance(0.5)
          ? [['metric', random.pick(['up', 'http_requests_total', 'missing'])]]
          : []
        const each: Params = random.chance(0.3) ? [['limit_per_metric', random.pick(LIMITS)]] : []
        return {
          path: '/api/v1/metadata',
          params: [...metric, ...each, ...(metric.length > 0 ? this.#limit() : [])],
          method: 'GET',
        }
      }
      case 4:
        return { path: '/api/v1/query_exemplars', params: [['query', this.#query()], ...this.#range()], method }
      case 5:
        return { path: '/api/v1/format_query', params: [['query', this.#query()]], method }
      case 6:
        return { path: '/api/v1/parse_query', params: [['query', this.#query()]], method }
      case 7:
        return { path: '/api/v1/query', params: this.#instant(), method }
      case 8:
        return { path: '/api/v1/query_range', params: this.#rangeQuery(), method }
      default:
        return {
          path: random.pick(['/api/v1/rules', '/api/v1/alerts', '/api/v1/nothing', '/api/v1/query/more']),
          params: [],
          method: 'GET',
        }
    }
  }

  /** Correct, or with one character gone, doubled or replaced. */
  #query(): string {
    const random = this.#random
    const text = renderQuery(this.#grammar.query())
    if (random.chance(0.5)) return text
    const at = random.between(0, text.length - 1)
    const insert = random.pick([
      '',
      '',
      text.charAt(at).repeat(2),
      '(',
      ')',
      '"',
      '{',
      '[',
      '5',
      ' by ',
      ',',
      '@',
      '\\',
      'é',
      '#',
    ])
    return text.slice(0, at) + insert + text.slice(at + 1)
  }

  #instant(): Params {
    const params: Params = [
      ['query', this.#random.chance(0.5) ? 'sum(up)' : this.#query()],
      ['time', this.#time()],
    ]
    return [...params, ...this.#limit(), ...this.#optional('timeout'), ...this.#optional('lookback_delta')]
  }

  #rangeQuery(): Params {
    const random = this.#random
    const query = random.chance(0.5) ? 'sum by (job) (up)' : this.#query()
    const params: Params = [['query', query], ...this.#range(), ['step', random.pick(DURATIONS)]]
    return [...params, ...this.#limit(), ...this.#optional('timeout'), ...this.#optional('lookback_delta')]
  }

  #optional(name: string): Params {
    return this.#random.chance(0.2) ? [[name, this.#random.pick(['10s', '30', 'soon', '', '-1s', '1h'])]] : []
  }

  #matches(): Params {
    const random = this.#random
    const count = random.pick([0, 1, 1, 1, 2])
    return Array.from({ length: count }, () => ['match[]', random.pick(SELECTORS)])
  }

  #limit(): Params {
    return this.#random.chance(0.3) ? [['limit', this.#random.pick(LIMITS)]] : []
  }

  #range(): Params {
    const random = this.#random
    const [start, end] = [random.between(START_MS, END_MS), random.between(START_MS, END_MS)].toSorted((a, b) => a - b)
    const params: Params = []
    if (random.chance(0.85)) params.push(['start', random.chance(0.8) ? this.#spelled(start ?? 0) : this.#time()])
    if (random.chance(0.85)) params.push(['end', random.chance(0.8) ? this.#spelled(end ?? 0) : this.#time()])
    return params
  }

  #spelled(ms: number): string {
    const random = this.#random
    switch (random.between(0, 4)) {
      case 0:
        return new Date(ms).toISOString()
      case 1:
        return `${new Date(ms + 2 * 3_600_000).toISOString().slice(0, 19)}+02:00`
      case 2:
        return String(Math.floor(ms / 1000))
      case 3:
        return (ms / 1000).toExponential()
      default:
        return (ms / 1000).toFixed(3)
    }
  }

  #time(): string {
    const odd = ['', 'now', '2026-03-04', '2026-03-04T05:00:00', '-1', '1772600400.5555555', '0x10', ' 1']
    const more = [
      '2026-03-04t05:10:00z',
      '2026-03-04T25:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-03-04T05:10:00.123456789Z',
      '2026-03-04T24:00:00Z',
      '2026-03-04T05:10:00,5Z',
      '1_772_600_400',
      '0x1p30',
    ]
    return this.#random.chance(0.5)
      ? this.#spelled(this.#random.between(START_MS, END_MS))
      : this.#random.pick(['0', ...odd, ...more])
  }
}
