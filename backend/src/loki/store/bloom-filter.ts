const bitsPerId = 10
const hashes = 5

/** "Certainly not here" for trace ids, so that a lookup opens few blocks: about one false hit in a hundred. */
export class BloomFilter {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  static of(ids: Iterable<string>, count: number): BloomFilter {
    const filter = new BloomFilter(new Uint8Array(Math.max(8, Math.ceil((count * bitsPerId) / 8))))
    for (const id of ids) {
      for (const bit of filter.#bits(id)) filter.bytes[bit >> 3] = (filter.bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
    }
    return filter
  }

  mayHold(id: string): boolean {
    return this.#bits(id).every((bit) => ((this.bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0)
  }

  /** Trace ids are random, but not always in all of their digits: FNV-1a over the whole id, then double hashing. */
  #bits(id: string): number[] {
    let hash = 0x811c9dc5
    for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
    const step = (Math.imul(hash, 0x9e3779b1) ^ (hash >>> 15)) | 1
    const size = this.bytes.length * 8
    return Array.from({ length: hashes }, (_, round) => ((hash + Math.imul(round, step)) >>> 0) % size)
  }
}
