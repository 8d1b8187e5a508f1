import { StringTable, type ByteStrings } from '../../storage/index.ts'

/** Strings ↔ small integers: a growing table in the head, bytes decoded on demand in a sealed block. */
export class TextDictionary {
  readonly #table: StringTable | undefined
  readonly #open: (() => ByteStrings) | undefined
  #opened: ByteStrings | undefined
  readonly #decoded: (string | undefined)[] = []
  #ids: Map<string, number> | undefined

  /** `sealed` is called when the first text is asked for. */
  constructor(sealed?: () => ByteStrings) {
    this.#open = sealed
    this.#table = sealed === undefined ? new StringTable() : undefined
  }

  get #sealed(): ByteStrings | undefined {
    return (this.#opened ??= this.#open?.())
  }

  get length(): number {
    return this.#table?.size ?? this.#sealed?.length ?? 0
  }

  get sizeBytes(): number {
    return this.#table?.sizeBytes ?? 0
  }

  intern(text: string): number {
    if (this.#table === undefined) throw new TypeError('a sealed dictionary takes no more texts')
    return this.#table.intern(text)
  }

  at(id: number): string {
    if (this.#table !== undefined) return this.#table.at(id)
    return (this.#decoded[id] ??= this.#sealed?.text(id) ?? '')
  }

  find(text: string): number | undefined {
    if (this.#table !== undefined) return this.#table.find(text)
    if (this.#ids === undefined) {
      this.#ids = new Map()
      for (let id = 0; id < this.length; id++) this.#ids.set(this.at(id), id)
    }
    return this.#ids.get(text)
  }

  all(): string[] {
    return Array.from({ length: this.length }, (_, id) => this.at(id))
  }
}
