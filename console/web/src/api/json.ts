/** A value of a JSON answer together with where it was found, so that a surprise is told by its path. */
export class Json {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path = '$') {
    this.value = value
    this.path = path
  }

  get isMissing(): boolean {
    return this.value === undefined || this.value === null
  }

  get(key: string): Json {
    return new Json(this.record()[key], `${this.path}.${key}`)
  }

  /** The first of the keys that is there; APIs rename fields between versions. */
  first(...keys: string[]): Json {
    return keys.map((key) => this.get(key)).find((found) => !found.isMissing) ?? this.get(keys[0] ?? '')
  }

  items(): Json[] {
    if (this.isMissing) return []
    if (!Array.isArray(this.value)) throw this.unexpected('an array')
    return this.value.map((item: unknown, index) => new Json(item, `${this.path}[${index}]`))
  }

  entries(): [string, Json][] {
    if (this.isMissing) return []
    return Object.entries(this.record()).map(([key, value]) => [key, new Json(value, `${this.path}.${key}`)])
  }

  /** An object whose values are all strings (labels). */
  strings(): Record<string, string> {
    return Object.fromEntries(this.entries().map(([key, value]) => [key, value.text()]))
  }

  string(): string {
    if (typeof this.value !== 'string') throw this.unexpected('a string')
    return this.value
  }

  /** A string, or what a string would be of a number or boolean; missing is "". */
  text(): string {
    if (this.isMissing) return ''
    return typeof this.value === 'string' ? this.value : JSON.stringify(this.value)
  }

  /** A number, also where it is written as a string ("NaN" and "+Inf" included). */
  number(): number {
    if (typeof this.value === 'number') return this.value
    if (typeof this.value === 'string') return parseSampleValue(this.value)
    throw this.unexpected('a number')
  }

  numberOr(fallback: number): number {
    return this.isMissing ? fallback : this.number()
  }

  bigint(): bigint {
    if (typeof this.value === 'string' && /^-?\d+$/.test(this.value)) return BigInt(this.value)
    if (typeof this.value === 'number' && Number.isInteger(this.value)) return BigInt(this.value)
    throw this.unexpected('an integer')
  }

  private record(): Record<string, unknown> {
    if (!isRecord(this.value)) throw this.unexpected('an object')
    return this.value
  }

  private unexpected(expected: string): Error {
    const found = this.value === undefined ? 'nothing' : JSON.stringify(this.value).slice(0, 60)
    return new TypeError(`${this.path}: expected ${expected}, got ${found}`)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseSampleValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity
  if (text === '-Inf') return -Infinity
  return Number(text)
}
