import { StringTable } from '../../storage/index.ts'
import { withRoom } from './growable.ts'

/**
 * Values of structured metadata by number, while a head grows. Ids in hexadecimal (trace and span ids) are as many as
 * entries: they are packed as bytes, two digits each, and equal ones get numbers of their own. A map over them cost
 * a third of the CPU and most of the memory of ingestion. Numbers of packed values are odd.
 */
export class MetadataValues {
  readonly #table = new StringTable()
  #packed: Buffer = Buffer.alloc(1024)
  #ends = new Uint32Array(64)
  #packedCount = 0

  get sizeBytes(): number {
    return this.#table.sizeBytes + this.#packed.length + this.#ends.byteLength
  }

  /** Odd for an id, which hardly any other entry has. */
  add(text: string): number {
    if (isHexId(text)) return this.#pack(text) * 2 + 1
    return this.#table.intern(text) * 2
  }

  #pack(text: string): number {
    const start = this.#end(this.#packedCount)
    const end = start + text.length / 2
    if (end > this.#packed.length) {
      const grown = Buffer.alloc(this.#packed.length * 2)
      this.#packed.copy(grown)
      this.#packed = grown
    }
    this.#packed.write(text, start, 'hex')
    const id = this.#packedCount++
    this.#ends = withRoom(this.#ends, this.#packedCount)
    this.#ends[id] = end
    return id
  }

  #end(count: number): number {
    return count === 0 ? 0 : (this.#ends[count - 1] ?? 0)
  }

  text(id: number): string {
    if (id % 2 === 0) return this.#table.at(id / 2)
    const position = (id - 1) / 2
    return this.#packed.toString('hex', this.#end(position), this.#ends[position])
  }

  /** Position in `encoded`. */
  positionOf(id: number): number {
    return id % 2 === 0 ? id / 2 : this.#table.size + (id - 1) / 2
  }

  /** All values as UTF-8. */
  encoded(): Uint8Array[] {
    const digits = Buffer.from(this.#packed.toString('hex', 0, this.#end(this.#packedCount)), 'latin1')
    const packed = Array.from({ length: this.#packedCount }, (_, position) =>
      digits.subarray(this.#end(position) * 2, (this.#ends[position] ?? 0) * 2),
    )
    return [...this.#table.strings.map((text) => Buffer.from(text)), ...packed]
  }
}

function isHexId(text: string): boolean {
  if (text.length !== 32 && text.length !== 16) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
  }
  return true
}
