/**
 * The text formats a scrape target answers with: Prometheus text 0.0.4 and OpenMetrics 1.0
 * (https://prometheus.io/docs/instrumenting/exposition_formats/, https://prometheus.io/docs/specs/om/open_metrics_spec/).
 */
import { ProtocolError } from './protocol-error.ts'
import { METRIC_TYPES, type LabelPair, type MetricMetadata, type MetricType } from './remote-write-model.ts'

/** What a scraper that wants exemplars asks for. */
export const SCRAPE_ACCEPT =
  'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

export interface Exposition {
  samples: ExposedSample[]
  metadata: MetricMetadata[]
}

export interface ExposedSample {
  /** `__name__` first, then as written; duplicates are refused. */
  labels: LabelPair[]
  value: number
  /** Only when the target states one. */
  timestampMs: number | undefined
  exemplar: ExposedExemplar | undefined
}

export interface ExposedExemplar {
  labels: LabelPair[]
  value: number
  timestampMs: number | undefined
}

/** @throws ProtocolError naming the line (from 1) and what was expected */
export function parseExposition(text: string, contentType: string): Exposition {
  const openMetrics = contentType.startsWith('application/openmetrics-text')
  const families = new Map<string, MetricMetadata>()
  const samples: ExposedSample[] = []
  let ended = false
  let lineNumber = 0
  for (const row of text.split('\n')) {
    lineNumber++
    const line = row.endsWith('\r') ? row.slice(0, -1) : row
    if (line === '') continue
    if (ended) throw new ProtocolError(`line ${lineNumber}: expected nothing after # EOF`)
    if (line.startsWith('#')) {
      if (openMetrics && line === '# EOF') ended = true
      else readComment(line, families)
      continue
    }
    samples.push(new LineReader(line, lineNumber).sample(openMetrics))
  }
  if (openMetrics && !ended) throw new ProtocolError(`line ${lineNumber}: expected # EOF, got the end of the text`)
  return { samples, metadata: [...families.values()] }
}

const KEYWORD = /^#\s+(HELP|TYPE|UNIT)\s+/

function readComment(line: string, families: Map<string, MetricMetadata>): void {
  const match = KEYWORD.exec(line)
  if (!match) return
  const [prefix, keyword] = match
  const start = prefix.length
  const isQuoted = line[start] === '"'
  const length = isQuoted ? closingQuote(line, start) + 1 - start : line.slice(start).search(/\s|$/)
  if (length <= 0) return
  const written = line.slice(start, start + length)
  const name = isQuoted ? unescape(written.slice(1, -1)) : written
  const rest = line.slice(start + length + 1)
  let family = families.get(name)
  if (!family) families.set(name, (family = { metricFamilyName: name, type: 'unknown', help: '', unit: '' }))
  if (keyword === 'HELP') family.help = unescape(rest)
  else if (keyword === 'UNIT') family.unit = rest.trim()
  else family.type = typeOf(rest.trim())
}

function typeOf(word: string): MetricType {
  return METRIC_TYPES.find((type) => type === word) ?? 'unknown'
}

class LineReader {
  readonly #line: string
  readonly #lineNumber: number
  #pos = 0

  constructor(line: string, lineNumber: number) {
    this.#line = line
    this.#lineNumber = lineNumber
  }

  sample(openMetrics: boolean): ExposedSample {
    this.#spaces()
    const labels: LabelPair[] = []
    const name = this.#match(/[a-zA-Z_:][a-zA-Z0-9_:]*/y)
    if (name !== undefined) labels.push(['__name__', name])
    this.#spaces()
    if (this.#peek() === '{') this.#labels(labels)
    if (labels[0]?.[0] !== '__name__') this.#fail('a metric name')
    this.#spaces()
    const value = this.#number()
    this.#spaces()
    const timestampMs = this.#timestamp(openMetrics)
    this.#spaces()
    return { labels, value, timestampMs, exemplar: this.#exemplar() }
  }

  #exemplar(): ExposedExemplar | undefined {
    if (this.#pos === this.#line.length) return undefined
    if (this.#peek() !== '#') this.#fail('the end of the line or an exemplar')
    this.#pos++
    this.#spaces()
    if (this.#peek() !== '{') this.#fail('{ before the labels of an exemplar')
    const labels: LabelPair[] = []
    this.#labels(labels)
    this.#spaces()
    const value = this.#number()
    this.#spaces()
    const timestampMs = this.#timestamp(true)
    this.#spaces()
    if (this.#pos !== this.#line.length) this.#fail('the end of the line')
    return { labels, value, timestampMs }
  }

  /** Adds `{a="1",b="2"}`; a quoted name without a value is the metric's own (`{"http.requests", …}`). */
  #labels(labels: LabelPair[]): void {
    const seen = new Set(labels.map(([name]) => name))
    this.#pos++
    for (;;) {
      this.#spaces()
      if (this.#peek() === '}') break
      const quoted = this.#peek() === '"'
      let name = quoted ? this.#string() : (this.#match(/[a-zA-Z_][a-zA-Z0-9_]*/y) ?? this.#fail('a label name'))
      this.#spaces()
      let value = name
      if (quoted && this.#peek() !== '=') {
        name = '__name__'
      } else {
        if (this.#peek() !== '=') this.#fail('= after a label name')
        this.#pos++
        this.#spaces()
        value = this.#string()
      }
      if (seen.has(name)) this.#fail(`label ${name} once`)
      seen.add(name)
      if (name === '__name__') labels.unshift([name, value])
      else labels.push([name, value])
      this.#spaces()
      if (this.#peek() === ',') this.#pos++
      else if (this.#peek() !== '}') this.#fail(', or } after a label')
    }
    this.#pos++
  }

  #string(): string {
    const start = this.#pos
    const end = this.#peek() === '"' ? closingQuote(this.#line, start) : -1
    if (end < 0) this.#fail('a quoted string')
    this.#pos = end + 1
    return unescape(this.#line.slice(start + 1, end))
  }

  #number(): number {
    const word = this.#match(/[^\s#]+/y) ?? this.#fail('a number')
    return numberOf(word) ?? this.#fail(`a number, got ${JSON.stringify(word.slice(0, 40))}`)
  }

  /** Milliseconds in the Prometheus format, seconds with a fraction in OpenMetrics. */
  #timestamp(seconds: boolean): number | undefined {
    if (this.#pos === this.#line.length || this.#peek() === '#') return undefined
    const value = this.#number()
    return seconds ? Math.round(value * 1000) : Math.trunc(value)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#pos
    const match = pattern.exec(this.#line)
    if (!match) return undefined
    this.#pos += match[0].length
    return match[0]
  }

  #peek(): string | undefined {
    return this.#line[this.#pos]
  }

  #spaces(): void {
    while (this.#line[this.#pos] === ' ' || this.#line[this.#pos] === '\t') this.#pos++
  }

  #fail(expected: string): never {
    throw new ProtocolError(`line ${this.#lineNumber}, column ${this.#pos + 1}: expected ${expected}`)
  }
}

/** Where the quote opened at `start` is closed, or -1. A loop: a regular expression runs out of stack on a string of megabytes. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]
    if (char === '"') return at
    if (char === '\\') at++
  }
  return -1
}

/** Go's strconv.ParseFloat as far as targets use it. */
function numberOf(word: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word)) return Number(word)
  switch (word.toLowerCase()) {
    case 'nan':
      return Number.NaN
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Number.POSITIVE_INFINITY
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY
    default:
      return /^[+-]?0[xX][0-9a-fA-F]+$/.test(word) ? Number(word) : undefined
  }
}

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\(n|"|\\)/g, (_, char: string) => (char === 'n' ? '\n' : char)) : text
}

/** Renders samples as Prometheus text 0.0.4, for a process's own `/metrics`. */
export function renderExposition({ samples, metadata }: Exposition): string {
  const lines: string[] = []
  const familyOf = new Map(metadata.map((family) => [family.metricFamilyName, family]))
  const announced = new Set<string>()
  for (const { labels, value, timestampMs } of samples) {
    const name = labels[0]?.[1] ?? ''
    const family = familyOf.get(name) ?? familyOf.get(name.replace(/_(bucket|sum|count|total)$/, ''))
    if (family && !announced.has(family.metricFamilyName)) {
      announced.add(family.metricFamilyName)
      lines.push(
        `# HELP ${family.metricFamilyName} ${escapeHelp(family.help)}`,
        `# TYPE ${family.metricFamilyName} ${family.type === 'unknown' ? 'untyped' : family.type}`,
      )
    }
    const pairs = labels.slice(1).map(([key, text]) => `${key}="${escapeValue(text)}"`)
    lines.push(
      `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${renderNumber(value)}${timestampMs === undefined ? '' : ` ${timestampMs}`}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function renderNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
