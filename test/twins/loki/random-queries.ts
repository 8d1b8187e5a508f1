// Random LogQL that can be made smaller: each expression knows the ones it is built of.
import type { Random } from './random.ts'

export interface Expression {
  readonly text: string
  /** Smaller expressions that may show the same. */
  simpler(): Expression[]
}

const labels = [
  'level',
  'status',
  'user',
  'env',
  'app',
  'format',
  'duration',
  'detected_level',
  'n',
  'ip',
  'msg',
  'nosuch',
]
const literals = ['GET', 'error', 'größe', 'user', '10.0', '"', '', 'a', 'timeout', '=1', '😀', 'pod-1', '\\u001b[31m']
const patterns = [
  'rro.*',
  '.*lic',
  'er.*|.*ar',
  '(?i)al.*',
  '(?i)ERROR',
  'ord.r',
  '\\\\d+',
  '^\\\\{',
  '(?P<x>alice|bob)',
  'o{2}|u',
  '.*',
  '.+',
  '[a-c]b?',
  '(?s)d.*t',
  '\\\\bGET\\\\b',
  '',
]
const addresses = ['10.0.0.0/16', '192.168.4.7', '10.0.0.0-10.0.1.9', '::1', '2001:db8::/32']
const templates = [
  '{{.msg}}',
  '{{.level}}-{{.status}}',
  '{{ .user | upper }}',
  '{{ if eq .level "error" }}E{{ else }}-{{ end }}',
  '{{ __line__ | trunc 10 }}',
  '{{ .msg | replace "o" "0" | title }}',
  '{{ printf "%05d|%-6s|%q" (.status | int) .level .user }}',
  '{{ .latency | float64 | mulf 2 | round 1 }}',
  '{{ regexReplaceAll "(a)(.)" .user "${2}$1" }}',
  '{{ .user | default "nobody" | trim | b64enc }}',
  '{{ len .msg }} {{ add 1 2 3 }} {{ div 7 2 }} {{ mod 7 3 }} {{ sub 1 5 }}',
  '{{ range $i, $x := fromJson .items }}{{ $i }}={{ $x }};{{ end }}',
  '{{ .duration | duration }}',
  '{{ .bytes | bytes }}',
  '{{ substr 1 4 .msg }}|{{ contains "a" .msg }}|{{ hasPrefix "p" .msg }}',
  '{{ with .app }}{{ . }}{{ end }}{{ .nosuch }}',
  '{{ .msg | urlencode }} {{ .msg | alignLeft 8 }}|{{ .msg | alignRight 5 }}|',
  '{{ count "a" .msg }} {{ repeat 2 .level }} {{ indent 2 .level }}',
  '{{ .n }} {{ .n | float64 }} {{ max 1 2 }} {{ min 3 4 }} {{ floor 1.7 }} {{ ceil 1.2 }}',
  '{{ unixEpoch (unixToTime "1700000000") }} {{ __timestamp__ | date "2006-01-02" }}',
  '{{ .level | lower | trimPrefix "e" | trimSuffix "r" }}',
]

export class QueryMaker {
  readonly #random: Random
  readonly #twin: string

  constructor(random: Random, twin: string) {
    this.#random = random
    this.#twin = twin
  }

  selector(): string {
    const random = this.#random
    const more = random.some(
      [
        'format="json"',
        'format="logfmt"',
        'format=~"json|plain"',
        'env!="dev"',
        'app=""',
        'app!~"s.*"',
        'level=~".+"',
        'format=~"(?i)ACCESS|packed"',
        'shard=~"1|2|"',
        'service_name=~"shop|unk.*"',
      ],
      2,
    )
    return `{${[`twin="${this.#twin}"`, ...more].join(', ')}}`
  }

  log(mostStages = 4): Expression {
    const count = this.#random.below(mostStages + 1)
    return logExpression(
      this.selector(),
      Array.from({ length: count }, () => this.#stage()),
    )
  }

  #stage(): string {
    const random = this.#random
    return random.pick([
      () => this.#lineFilter(),
      () => this.#lineFilter(),
      () => this.#parser(),
      () => this.#parser(),
      () => `| ${this.#labelFilter(2)}`,
      () => `| ${this.#labelFilter(2)}`,
      () => `| line_format ${quote(random.pick(templates))}`,
      () => `| label_format ${this.#labelFormat()}`,
      () =>
        `| ${random.pick(['drop', 'keep'])} ${random.pick(['level', 'status, user', '__error__', 'level="error"', 'user=~"a.*", n', 'env', '__error__, __error_details__', 'app!="shop"'])}`,
      () => '| decolorize',
    ])()
  }

  #lineFilter(): string {
    const random = this.#random
    const operator = random.pick(['|=', '!=', '|~', '!~', '|>', '!>'])
    const operand = (): string => {
      if (operator.endsWith('>'))
        return quote(random.pick(['<_>"GET <_>', '<_> <_>', '<_>level=<_>', '{<_>}', '<_> - - <_>']))
      if (operator.endsWith('~')) return `"${random.pick(patterns)}"`
      return random.chance(0.12)
        ? `ip("${random.pick(addresses)}")`
        : `"${random.pick(literals).replaceAll('"', '\\"')}"`
    }
    const first = operand()
    // Or-chains with ip(): see docs/differences.md.
    const isChained = random.chance(0.2) && !first.startsWith('ip(')
    return `${operator} ${first}${isChained ? ` or "${random.pick(['alice', 'zz', 'e'])}"` : ''}`
  }

  #parser(): string {
    return this.#random.pick([
      '| json',
      '| json',
      '| json level, lat="latency"',
      '| json who="user.name", first="items[0]", deep="items[2].deep[1]", ua="[\\"user-agent\\"]", c="a.b.c"',
      '| logfmt',
      '| logfmt',
      '| logfmt --strict',
      '| logfmt --keep-empty',
      '| logfmt level, s="status", d="dup"',
      '| unpack',
      '| pattern `<ip> - <user> [<_>] "<method> <path> <_>" <status> <size> <took>`',
      '| pattern `<_>level=<lvl> <_>`',
      '| regexp `(?P<method>GET|POST) (?P<path>\\S+)`',
      '| regexp `n=(?P<n>\\d+)`',
      '| regexp "^(?P<ip>\\\\S+) - (?P<user>\\\\S+)"',
    ])
  }

  #labelFilter(depth: number): string {
    const random = this.#random
    if (depth > 0 && random.chance(0.25)) {
      const [left, right] = [this.#labelFilter(depth - 1), this.#labelFilter(depth - 1)]
      return random.pick([`${left} and ${right}`, `${left} or ${right}`, `(${left} or ${right})`, `${left}, ${right}`])
    }
    const label = random.pick(labels)
    const comparison = random.pick(['>', '>=', '<', '<=', '==', '!=', '='])
    return random.pick([
      () => `${label} ${random.pick(['=', '!='])} "${random.pick(['error', 'GET', '', '404', 'alice', 'prod'])}"`,
      () => `${label} ${random.pick(['=~', '!~'])} "${random.pick(patterns)}"`,
      () =>
        `${random.pick(['status', 'n', 'latency', 'size'])} ${comparison} ${random.pick(['200', '404', '1.5', '0', '1e3', '-2'])}`,
      () => `${random.pick(['duration', 'took', 'n'])} ${comparison} ${random.pick(['250ms', '1s', '1h', '1m30s'])}`,
      () => `${random.pick(['bytes', 'size'])} ${comparison} ${random.pick(['1KB', '10MiB', '3kB', '7B'])}`,
      () => `ip ${random.pick(['=', '!='])} ip("${random.pick(addresses)}")`,
      () => `__error__ ${random.pick(['=', '!='])} "${random.pick(['', 'JSONParserErr', 'LabelFilterErr'])}"`,
    ])()
  }

  #labelFormat(): string {
    const random = this.#random
    return random.pick([
      'lvl=level',
      'lvl=level, who=user',
      `msg=${quote(random.pick(templates))}`,
      `x=${quote(random.pick(templates))}, y=status`,
      'level="{{.status}}"',
      'env=app',
      'nosuch=missing',
    ])
  }

  metric(depth = 2): Expression {
    const random = this.#random
    if (depth === 0 || random.chance(0.25)) return this.#range()
    return random.pick([
      () => this.#aggregation(depth),
      () => this.#aggregation(depth),
      () => this.#aggregation(depth),
      () => this.#binary(depth),
      () => this.#labelReplace(depth),
    ])()
  }

  #range(): Expression {
    const random = this.#random
    const window = random.pick(['1m', '5m', '10m', '30s', '1h', '90s', '7m30s'])
    const offset = random.chance(0.15) ? ` offset ${random.pick(['5m', '1m', '-2m', '30s'])}` : ''
    const byLog = ['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'absent_over_time']
    const byUnwrap = [
      'sum_over_time',
      'avg_over_time',
      'min_over_time',
      'max_over_time',
      'stddev_over_time',
      'stdvar_over_time',
      'quantile_over_time',
      'first_over_time',
      'last_over_time',
      'rate',
      'rate_counter',
      'absent_over_time',
    ]
    if (random.chance(0.5)) {
      const operation = random.pick(byLog)
      return rangeExpression({ operation, log: this.log(2), unwrap: '', window, offset, grouping: '' })
    }
    const operation = random.pick(byUnwrap)
    const unwrap = ` | unwrap ${random.pick(['latency', 'status', 'n', 'duration(duration)', 'duration_seconds(took)', 'bytes(bytes)', 'size', 'nosuch', 'duration'])}${random.chance(0.6) ? ' | __error__=""' : ''}`
    // avg_over_time: see docs/differences.md.
    const hasNoGrouping = ['rate', 'rate_counter', 'sum_over_time', 'absent_over_time', 'avg_over_time'].includes(
      operation,
    )
    const grouping = hasNoGrouping || random.chance(0.4) ? '' : ` ${this.#grouping()}`
    const log = logExpression(this.selector(), [
      random.pick(['| json', '| logfmt']),
      ...(random.chance(0.3) ? [this.#stage()] : []),
    ])
    return rangeExpression({ operation, log, unwrap, window, offset, grouping })
  }

  #grouping(): string {
    const random = this.#random
    return `${random.pick(['by', 'by', 'without'])} (${random.some([...labels, 'twin'], 3).join(', ')})`
  }

  #aggregation(depth: number): Expression {
    const random = this.#random
    const operation = random.pick([
      'sum',
      'sum',
      'sum',
      'avg',
      'min',
      'max',
      'count',
      'stddev',
      'stdvar',
      'topk',
      'bottomk',
      'sort',
      'sort_desc',
    ])
    const parameter = operation.endsWith('k') ? `${random.pick(['1', '2', '3'])}, ` : ''
    const isUngrouped = operation.startsWith('sort') || random.chance(0.2)
    return aggregationExpression({
      operation,
      parameter,
      grouping: isUngrouped ? '' : ` ${this.#grouping()}`,
      inner: this.metric(depth - 1),
    })
  }

  #binary(depth: number): Expression {
    const random = this.#random
    const grouping = this.#grouping()
    const side = (): Expression =>
      aggregationExpression({
        operation: random.pick(['sum', 'max', 'count']),
        parameter: '',
        grouping: ` ${grouping}`,
        inner: this.metric(depth - 1),
      })
    const operator = random.pick([
      '+',
      '-',
      '*',
      '/',
      '%',
      '^',
      '==',
      '!=',
      '>',
      '<',
      '>=',
      '<=',
      '> bool',
      '== bool',
      'and',
      'or',
      'unless',
    ])
    const isSet = ['and', 'or', 'unless'].includes(operator)
    if (!isSet && random.chance(0.4)) {
      const scalar = scalarExpression(random.pick(['2', '0', '1.5', '-1', '100', '(1 + 2)', '1e3']))
      return random.chance(0.5)
        ? binaryExpression(side(), operator, scalar)
        : binaryExpression(scalar, operator, side())
    }
    const matching = random.chance(0.25)
      ? ` ${random.pick(['on', 'ignoring'])} (${random.some(labels, 2).join(', ')})`
      : ''
    return binaryExpression(side(), operator + matching, side())
  }

  #labelReplace(depth: number): Expression {
    const inner = this.metric(depth - 1)
    const rest = this.#random.pick([
      '"short", "$1", "level", "(.).*"',
      '"env", "x-$1", "format", "(js.*|lo.*)"',
      '"level", "", "level", ".*"',
    ])
    return expression(`label_replace(${inner.text}, ${rest})`, () => [inner])
  }
}

function quote(text: string): string {
  return text.includes('`') ? JSON.stringify(text) : `\`${text}\``
}

function expression(text: string, simpler: () => Expression[]): Expression {
  return { text, simpler }
}

function without<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, position) => position !== at)
}

function logExpression(selector: string, stages: readonly string[]): Expression {
  return expression([selector, ...stages].join(' '), () =>
    stages.map((_, at) => logExpression(selector, without(stages, at))),
  )
}

interface Range {
  operation: string
  log: Expression
  unwrap: string
  window: string
  offset: string
  grouping: string
}

function rangeExpression(range: Range): Expression {
  const parameter = range.operation === 'quantile_over_time' ? '0.9, ' : ''
  return expression(
    `${range.operation}(${parameter}${range.log.text}${range.unwrap} [${range.window}]${range.offset})${range.grouping}`,
    () => [
      ...range.log.simpler().map((log) => rangeExpression({ ...range, log })),
      ...(range.offset === '' ? [] : [rangeExpression({ ...range, offset: '' })]),
      ...(range.grouping === '' ? [] : [rangeExpression({ ...range, grouping: '' })]),
    ],
  )
}

interface Aggregation {
  operation: string
  parameter: string
  grouping: string
  inner: Expression
}

function aggregationExpression(aggregation: Aggregation): Expression {
  const { operation, parameter, grouping, inner } = aggregation
  return expression(`${operation}${grouping} (${parameter}${inner.text})`, () => [
    inner,
    ...(grouping === '' ? [] : [aggregationExpression({ ...aggregation, grouping: '' })]),
    ...inner.simpler().map((smaller) => aggregationExpression({ ...aggregation, inner: smaller })),
  ])
}

function scalarExpression(text: string): Expression {
  return expression(text, () => [])
}

function binaryExpression(left: Expression, operator: string, right: Expression): Expression {
  return expression(`${left.text} ${operator} ${right.text}`, () => [
    left,
    right,
    ...left.simpler().map((smaller) => binaryExpression(smaller, operator, right)),
    ...right.simpler().map((smaller) => binaryExpression(left, operator, smaller)),
  ])
}
