/** The floats of a window from the smallest to the largest, NaN last. A step costs the samples that come and go, not a sort of all. */
export class SortedWindow {
  readonly #values: Float64Array
  #sorted = new Float64Array(32)
  #length = 0
  #from = 0
  #to = 0

  constructor(values: Float64Array) {
    this.#values = values
  }

  /** Both bounds may only grow. What is given is valid until the next call. */
  slide(from: number, to: number): Float64Array {
    const removed = Math.min(from, this.#to) - this.#from
    const added = to - Math.max(from, this.#to)
    if (removed + added > this.#length / 4) this.#sort(from, to)
    else {
      for (let at = this.#from; at < from; at++) this.#remove(this.#values[at] ?? NaN)
      for (let at = this.#to; at < to; at++) this.#insert(this.#values[at] ?? NaN)
    }
    this.#from = from
    this.#to = to
    return this.#sorted.subarray(0, this.#length)
  }

  #sort(from: number, to: number): void {
    this.#length = 0
    this.#reserve(to - from)
    this.#length = to - from
    this.#sorted.set(this.#values.subarray(from, to))
    this.#sorted.subarray(0, this.#length).sort()
  }

  #remove(value: number): void {
    const at = this.#position(value)
    this.#sorted.copyWithin(at, at + 1, this.#length--)
  }

  #insert(value: number): void {
    this.#reserve(this.#length + 1)
    const at = this.#position(value)
    this.#sorted.copyWithin(at + 1, at, this.#length++)
    this.#sorted[at] = value
  }

  #position(value: number): number {
    let [low, high] = [0, this.#length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const here = this.#sorted[middle] ?? NaN
      if (here < value || (Number.isNaN(value) && !Number.isNaN(here))) low = middle + 1
      else high = middle
    }
    return low
  }

  #reserve(length: number): void {
    if (length <= this.#sorted.length) return
    const larger = new Float64Array(length * 2)
    larger.set(this.#sorted.subarray(0, this.#length))
    this.#sorted = larger
  }
}
