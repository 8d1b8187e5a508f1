export interface CachedBlock<Block> {
  readonly id: number
  readonly value: Block
  sizeBytes: number
}

/** Opened blocks, least recently used first out, bounded by what they hold. A block may grow while it is in use. */
export class BlockCache<Block> {
  readonly #maxBytes: number
  readonly #entries = new Map<number, CachedBlock<Block>>()
  #sizeBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get(id: number): CachedBlock<Block> | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry
  }

  add(id: number, value: Block, sizeBytes: number): CachedBlock<Block> {
    this.delete(id)
    const entry = { id, value, sizeBytes: 0 }
    this.#entries.set(id, entry)
    this.grow(entry, sizeBytes)
    return entry
  }

  /** Does nothing for a block that has left the cache: whoever still uses it holds it alone. */
  grow(entry: CachedBlock<Block>, sizeBytes: number): void {
    if (this.#entries.get(entry.id) !== entry) return
    entry.sizeBytes += sizeBytes
    this.#sizeBytes += sizeBytes
    for (const oldest of this.#entries.keys()) {
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
