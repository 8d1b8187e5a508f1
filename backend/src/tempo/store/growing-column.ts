type Numbers = Uint8Array | Uint32Array | Float64Array

/**
 * A typed array that grows by doubling. Read through `values`, which is longer than `length` while the column grows. A column of a
 * sealed block is read when it is first looked at: a query pays for the columns it touches.
 */
export class GrowingColumn<Values extends Numbers> {
  #values: Values
  #length: number
  #load: (() => Values) | undefined
  readonly #create: (size: number) => Values

  private constructor(values: Values, length: number, create: (size: number) => Values) {
    this.#values = values
    this.#length = length
    this.#create = create
  }

  /** From now on the column is what `load` gives, once somebody asks. */
  defer(load: (kind: Values) => Numbers): void {
    const { constructor } = this.#values
    this.#load = () => {
      const values = load(this.#values)
      if (!(values instanceof constructor)) throw new TypeError('a column is loaded as what it was declared')
      return values as Values // by the line above
    }
  }

  get values(): Values {
    if (this.#load !== undefined) this.#open(this.#load)
    return this.#values
  }

  get length(): number {
    if (this.#load !== undefined) this.#open(this.#load)
    return this.#length
  }

  #open(load: () => Values): void {
    this.#values = load()
    this.#length = this.#values.length
    this.#load = undefined
  }

  static uint8(values = new Uint8Array(0)): GrowingColumn<Uint8Array> {
    return new GrowingColumn(values, values.length, (size) => new Uint8Array(size))
  }

  static uint32(values = new Uint32Array(0)): GrowingColumn<Uint32Array> {
    return new GrowingColumn(values, values.length, (size) => new Uint32Array(size))
  }

  static float64(values = new Float64Array(0)): GrowingColumn<Float64Array> {
    return new GrowingColumn(values, values.length, (size) => new Float64Array(size))
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#create(Math.max(256, this.#length * 2))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  at(index: number): number {
    return this.values[index] ?? 0
  }

  /** The used part. */
  used(): Values {
    return this.values.subarray(0, this.length) as Values // subarray keeps the array's type
  }
}
