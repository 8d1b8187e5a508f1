interface Entry {
  readonly value: unknown
  sizeBytes: number
}

/** Opened blocks, least recently used first out, bounded by what they say they hold. A block may grow while it is in use. */
export class BlockCache {
  readonly #maxBytes: number
  readonly #entries = new Map<number, Entry>()
  #sizeBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get(id: number): unknown {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry.value
  }

  set(id: number, value: unknown): void {
    this.delete(id)
    this.#entries.set(id, { value, sizeBytes: 0 })
  }

  /** Does nothing for a block that is no longer cached: whoever still uses it holds it alone. */
  charge(id: number, value: unknown, sizeBytes: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.value !== value) return
    entry.sizeBytes += sizeBytes
    this.#sizeBytes += sizeBytes
    for (const [oldest] of this.#entries) {
      if (this.#sizeBytes <= this.#maxBytes) return
      this.delete(oldest)
    }
  }

  delete(id: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    this.#sizeBytes -= entry.sizeBytes
  }
}
