export const METRIC_NAME = '__name__'
export const BUCKET_LABEL = 'le'

/** Labels that say what a metric is rather than which series of it; operators that change the meaning of a value drop them. */
const METADATA_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, '__type__', '__unit__'])

const SEPARATOR = '\u0000'

/**
 * An immutable label set, sorted by name (code-unit order), without empty values.
 * `key` identifies the set: two sets are equal exactly when their keys are.
 */
export class Labels {
  static readonly empty = new Labels([])

  /** name, value, name, value, ... */
  readonly flat: readonly string[]
  #key: string | undefined

  private constructor(flat: readonly string[]) {
    this.flat = flat
  }

  static fromSortedFlat(flat: readonly string[]): Labels {
    return flat.length === 0 ? Labels.empty : new Labels(flat)
  }

  static from(entries: Iterable<readonly [string, string]>): Labels {
    const pairs = [...entries].filter(([, value]) => value !== '').toSorted((a, b) => compareText(a[0], b[0]))
    return Labels.fromSortedFlat(pairs.flat())
  }

  static fromObject(object: Readonly<Record<string, string>>): Labels {
    return Labels.from(Object.entries(object))
  }

  get key(): string {
    this.#key ??= this.flat.join(SEPARATOR)
    return this.#key
  }

  get size(): number {
    return this.flat.length / 2
  }

  get metricName(): string {
    return this.get(METRIC_NAME)
  }

  /** The value, or '' where the label is absent: Prometheus does not tell the two apart. */
  get(name: string): string {
    const { flat } = this
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return flat[i + 1] ?? ''
    return ''
  }

  has(name: string): boolean {
    return this.get(name) !== ''
  }

  *entries(): Generator<[string, string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i] ?? '', this.flat[i + 1] ?? '']
  }

  filter(keep: (name: string) => boolean): Labels {
    const out: string[] = []
    for (let i = 0; i < this.flat.length; i += 2) {
      const name = this.flat[i] ?? ''
      if (keep(name)) out.push(name, this.flat[i + 1] ?? '')
    }
    return out.length === this.flat.length ? this : Labels.fromSortedFlat(out)
  }

  keep(names: ReadonlySet<string>): Labels {
    return this.filter((name) => names.has(name))
  }

  drop(names: ReadonlySet<string>): Labels {
    return this.filter((name) => !names.has(name))
  }

  dropMetadata(): Labels {
    return this.drop(METADATA_LABELS)
  }

  /** Sets labels; an empty value removes the label. */
  with(changes: Readonly<Record<string, string>>): Labels {
    const map = new Map(this.entries())
    for (const [name, value] of Object.entries(changes)) map.set(name, value)
    return Labels.from(map)
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.entries())
  }

  /** As Prometheus prints a label set: `{__name__="up", job="a"}`. */
  toString(): string {
    const parts = [...this.entries()].map(
      ([name, value]) => `${isLegacyLabelName(name) ? name : quote(name)}=${quote(value)}`,
    )
    return `{${parts.join(', ')}}`
  }
}

/** By name, then value, then length: the order in which Prometheus sorts series. */
export function compareLabels(a: Labels, b: Labels): number {
  const length = Math.min(a.flat.length, b.flat.length)
  for (let i = 0; i < length; i++) {
    const order = compareText(a.flat[i] ?? '', b.flat[i] ?? '')
    if (order !== 0) return order
  }
  return a.flat.length - b.flat.length
}

/** Code-point order, which is the byte order of UTF-8 that Go compares by. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const surrogateX = (x & 0xf800) === 0xd800
    const surrogateY = (y & 0xf800) === 0xd800
    return surrogateX === surrogateY ? x - y : surrogateX ? 1 : -1
  }
  return a.length - b.length
}

export function isMetadataLabel(name: string): boolean {
  return METADATA_LABELS.has(name)
}

export function isLegacyLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)
}

/** Prometheus 3 allows any non-empty valid UTF-8 as a label name. */
export function isValidLabelName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !name.includes('\uFFFD')
}

/** Bytes that are no UTF-8 stand in strings as lone surrogates (U+DC80 + byte), so that they can be told and printed. */
export const RAW_BYTE = 0xdc00

/** Go's %q for the strings that occur in queries and label values. */
export function quote(text: string): string {
  let out = '"'
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (char === '"' || char === '\\') out += `\\${char}`
    else if (char === '\n') out += '\\n'
    else if (char === '\t') out += '\\t'
    else if (char === '\r') out += '\\r'
    else if (code === 7) out += '\\a'
    else if (code === 8) out += '\\b'
    else if (code === 12) out += '\\f'
    else if (code === 11) out += '\\v'
    else if (code > RAW_BYTE && code <= RAW_BYTE + 0xff) out += `\\x${(code - RAW_BYTE).toString(16)}`
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`
    else out += char
  }
  return `${out}"`
}
