type Numbers = Uint8Array | Uint32Array | Float64Array

/** A typed array that grows by doubling. Read through `values`, which is longer than `length` while the column grows. */
export class GrowingColumn<Values extends Numbers> {
  values: Values
  length: number
  readonly #create: (size: number) => Values

  private constructor(values: Values, length: number, create: (size: number) => Values) {
    this.values = values
    this.length = length
    this.#create = create
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
    if (this.length === this.values.length) {
      const larger = this.#create(Math.max(256, this.length * 2))
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length++] = value
  }

  at(index: number): number {
    return this.values[index] ?? 0
  }

  /** The used part. */
  used(): Values {
    return this.values.subarray(0, this.length) as Values // subarray keeps the array's type
  }
}
