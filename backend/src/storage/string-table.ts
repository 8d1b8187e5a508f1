/** Strings ↔ small integers, in order of first appearance. */
export class StringTable {
  readonly #ids = new Map<string, number>()
  readonly #strings: string[] = []
  #sizeBytes = 0

  constructor(strings: Iterable<string> = []) {
    for (const text of strings) this.intern(text)
  }

  get size(): number {
    return this.#strings.length
  }

  /** Estimate: two-byte characters at worst one each, a map entry and an array slot. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get strings(): readonly string[] {
    return this.#strings
  }

  intern(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#strings.length
    this.#ids.set(text, id)
    this.#strings.push(text)
    this.#sizeBytes += text.length + 64
    return id
  }

  find(text: string): number | undefined {
    return this.#ids.get(text)
  }

  at(id: number): string {
    const text = this.#strings[id]
    if (text === undefined) throw new RangeError(`string ${id} of ${this.#strings.length}`)
    return text
  }
}
