import type { Random } from './random.ts'
import { QueryMaker, type Expression } from './random-queries.ts'

export interface TwinRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly params: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
}

export interface TwinCase {
  readonly request: TwinRequest
  /** Smaller cases that may show the same difference. */
  simpler(): TwinCase[]
}

interface Window {
  readonly startMs: number
  readonly endMs: number
}

const broken = [
  '',
  '{',
  '{}',
  '{a="b"',
  '{a=~"("}',
  '{a=~".*"}',
  '{a="b"} |',
  '{a="b"} | json |',
  '{a="b"} |= x',
  '{a="b"} | n > ',
  '{a="b"} | n > "x"',
  '{a="b"} | unwrap n',
  'rate({a="b"})',
  'rate({a="b"}[5])',
  'rate({a="b"}[5m]',
  'sum(count_over_time({a="b"}[5m])) by',
  'sum by level (rate({a="b"}[5m]))',
  'topk(0, rate({a="b"}[5m]))',
  'topk(rate({a="b"}[5m]))',
  'sum(3, rate({a="b"}[5m]))',
  'sum_over_time({a="b"}[5m])',
  'rate({a="b"}[5m]) by (x)',
  'sum_over_time({a="b"} | unwrap n [5m]) by (x)',
  'quantile_over_time({a="b"} | unwrap n [5m])',
  'count_over_time({a="b"} | json | unwrap n [5m])',
  'avg_over_time({a="b"}[5m] | unwrap n)',
  '{a="b"} | line_format "{{"',
  '{a="b"} | line_format "{{ nofn . }}"',
  '{a="b"} | label_format a=',
  '{a="b"} | label_format a=b,a=c',
  '{a="b"} | json x=y',
  '{a="b"} | json x="a["',
  '{a="b"} | regexp "x"',
  '{a="b"} | regexp "(?P<a"',
  '{a="b"} | pattern "<a><b>"',
  '{a="b"} | pattern "x"',
  '{a="b"} | logfmt --nosuch',
  '{a="b"} | ip = ip("300.1.1.1")',
  '{a="b"} |= ip("x")',
  '{a="b"} |~ ip("1.1.1.1")',
  '{a="b"} | drop',
  '{a="b", a="c"} extra',
  'vector(x)',
  'vector("1")',
  '1 + ',
  '1 + {a="b"}',
  'rate({a="b"}[5m]) + on (x) 1',
  'rate({a="b"}[5m]) and 1',
  'label_replace(rate({a="b"}[5m]), "x", "y")',
  'label_replace(rate({a="b"}[5m]), "x", "$1", "y", "(")',
  'rate({a="b"}[5m] offset)',
  'rate({a="b"}[5m] offset 5)',
  'foo(rate({a="b"}[5m]))',
  '{a="b"} # comment',
  '{a="\\xff"}',
  '{a=`b`} |= `c',
  "{a='b'}",
  '{"quoted name"="b"}',
  '{a="b"} | level="x" and',
  '{a="b"} | (level="x"',
  '{a="b"} | duration > 5parsecs',
  '{a="b"} | size > 5XB',
  'count_over_time({a="b"}[1y2d])',
  'count_over_time({a="b"}[0s])',
  'count_over_time({a="b"}[5m:1m])',
  '{a="b"} @ 5',
  'sum without () (rate({a="b"}[5m]))',
  '-rate({a="b"}[5m])',
  'rate({a="b"}[5m]) > bool',
  '1 > bool 2',
  '1 > 2',
  'bytes_rate({a="b"} | unwrap n [5m])',
  'absent_over_time({a="b"}[5m]) by (x)',
]

export class RequestMaker {
  readonly #random: Random
  readonly #queries: QueryMaker
  readonly #window: Window

  constructor(random: Random, twin: string, window: Window) {
    this.#random = random
    this.#queries = new QueryMaker(random, twin)
    this.#window = window
  }

  next(): TwinCase {
    const random = this.#random
    const roll = random.next()
    if (roll < 0.4) return this.#logQuery()
    if (roll < 0.7) return this.#metricQuery()
    if (roll < 0.78) return this.#broken()
    return this.#catalog()
  }

  #logQuery(): TwinCase {
    const random = this.#random
    const rest = [
      ...this.#range(),
      ...maybe(random, 0.8, 'limit', () => random.pick(['1', '5', '20', '100', '1000'])),
      ...maybe(random, 0.5, 'direction', () => random.pick(['forward', 'backward', 'FORWARD', 'BACKWARD'])),
    ]
    // A real ingester counts its limit before the interval thins out: see docs/differences.md.
    if (random.chance(0.1))
      rest.splice(
        0,
        rest.length,
        ...this.#range(),
        ['limit', '5000'],
        ['interval', random.pick(['10', '1m', '0', '30s'])],
      )
    const headers = random.chance(0.3) ? { 'x-loki-response-encoding-flags': 'categorize-labels' } : {}
    return this.#queryCase('/loki/api/v1/query_range', this.#queries.log(), rest, headers)
  }

  #metricQuery(): TwinCase {
    const random = this.#random
    const query = this.#queries.metric()
    if (random.chance(0.45))
      return this.#queryCase('/loki/api/v1/query', query, [['time', this.#spelled(this.#someTime())]])
    return this.#queryCase('/loki/api/v1/query_range', query, [
      ...this.#range(),
      ...maybe(random, 0.8, 'step', () => random.pick(['60', '1m', '5m', '30s', '300', '1h', '7m', '97s'])),
    ])
  }

  #queryCase(path: string, query: Expression, rest: readonly (readonly [string, string])[], headers = {}): TwinCase {
    const method = this.#random.chance(0.2) ? 'POST' : 'GET'
    const build = (expression: Expression): TwinCase => ({
      request: { method, path, params: [['query', expression.text], ...rest], headers },
      simpler: () => expression.simpler().map(build),
    })
    return build(query)
  }

  #broken(): TwinCase {
    const random = this.#random
    const path = random.pick(['/loki/api/v1/query_range', '/loki/api/v1/query', '/loki/api/v1/format_query'])
    const query = random.chance(0.7) ? random.pick(broken) : this.#mangled()
    return fixed({ method: 'GET', path, params: [['query', query], ...this.#badParams()], headers: {} })
  }

  /** A right query with one character gone, doubled or another. */
  #mangled(): string {
    const random = this.#random
    const { text } = random.chance(0.5) ? this.#queries.log() : this.#queries.metric()
    const at = random.below(text.length)
    return (
      text.slice(0, at) +
      random.pick(['', text.slice(at, at + 1).repeat(2), ')', '"', '|', ' ', '}']) +
      text.slice(at + 1)
    )
  }

  #badParams(): [string, string][] {
    const random = this.#random
    const range: [string, string][] = [...this.#range(), ['time', this.#spelled(this.#someTime())]]
    if (random.chance(0.6)) return range
    const bad = random.pick<[string, string]>([
      ['limit', '0'],
      ['limit', '-1'],
      ['limit', 'x'],
      ['limit', '5001'],
      ['direction', 'sideways'],
      ['step', '0'],
      ['step', '-5'],
      ['step', 'x'],
      ['step', '0.001'],
      ['start', 'x'],
      ['end', '1.2.3'],
      ['time', 'now'],
      ['since', '5'],
      ['since', 'x'],
      ['interval', '-1'],
      ['interval', 'x'],
    ])
    return [...range.filter(([name]) => name !== bad[0]), bad]
  }

  #catalog(): TwinCase {
    const random = this.#random
    const selector = this.#queries.selector()
    const { text } = this.#queries.log(3)
    const range = this.#range()
    const query = (value: string): [string, string] => ['query', value]
    const volume = [
      ...maybe(random, 0.4, 'targetLabels', () =>
        random.pick(['format', 'env,format', 'nosuch', 'twin', 'service_name']),
      ),
      ...maybe(random, 0.3, 'aggregateBy', () => random.pick(['labels', 'series'])),
      ...maybe(random, 0.3, 'limit', () => random.pick(['1', '3', '50'])),
    ]
    const [path, params] = random.pick<[string, [string, string][]]>([
      ['/labels', [query(selector), ...range]],
      ['/label', [query(selector), ...range]],
      [
        `/label/${random.pick(['format', 'env', 'app', 'level', 'service_name', 'nosuch', 'twin'])}/values`,
        [query(selector), ...range],
      ],
      [
        '/series',
        [
          ['match[]', selector],
          ...(random.chance(0.3) ? [['match[]', this.#queries.selector()] as [string, string]] : []),
          ...range,
        ],
      ],
      ['/series', [['match', selector], ...range]],
      ['/index/volume', [query(selector), ...range, ...volume]],
      [
        '/index/volume_range',
        [query(selector), ...range, ...volume, ...maybe(random, 0.5, 'step', () => random.pick(['60', '5m', '1h']))],
      ],
      ['/detected_labels', [query(selector), ...range]],
      [
        '/detected_fields',
        [
          query(random.chance(0.6) ? selector : text),
          ...range,
          ...maybe(random, 0.3, 'line_limit', () => random.pick(['1', '10', '1000'])),
        ],
      ],
      [
        `/detected_field/${random.pick(['level', 'status', 'msg', 'bytes', 'duration', 'user_name', 'nosuch'])}/values`,
        [query(selector), ...range],
      ],
      ['/format_query', [query(random.chance(0.5) ? text : this.#queries.metric().text)]],
    ])
    // Form bodies are not read by the catalogue's POST routes the way they are by queries.
    return fixed({ method: 'GET', path: `/loki/api/v1${path}`, params, headers: {} })
  }

  #range(): [string, string][] {
    const random = this.#random
    const { startMs, endMs } = this.#window
    if (random.chance(0.1))
      return [
        ['since', random.pick(['1h', '30m', '2h'])],
        ['end', this.#spelled(endMs + 1000)],
      ]
    if (random.chance(0.6))
      return [
        ['start', this.#spelled(startMs - 1000)],
        ['end', this.#spelled(endMs + 1000)],
      ]
    const [one, other] = [this.#someTime(), this.#someTime()].sort((a, b) => a - b)
    return [
      ['start', this.#spelled(one ?? startMs)],
      ['end', this.#spelled((other ?? endMs) + 1000)],
    ]
  }

  #someTime(): number {
    const { startMs, endMs } = this.#window
    return Math.round(startMs + this.#random.next() * (endMs - startMs))
  }

  #spelled(ms: number): string {
    return this.#random.pick([
      () => `${ms}000000`,
      () => String(Math.floor(ms / 1000)),
      () => (ms / 1000).toFixed(3),
      () => new Date(ms).toISOString(),
      () => new Date(ms).toISOString().replace('Z', '+00:00'),
    ])()
  }
}

function fixed(request: TwinRequest): TwinCase {
  return { request, simpler: () => [] }
}

function maybe(random: Random, probability: number, name: string, value: () => string): [string, string][] {
  return random.chance(probability) ? [[name, value()]] : []
}
