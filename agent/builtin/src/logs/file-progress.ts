/** How far one generation of a file (until it is truncated) has been read, and how far every client has settled it. */
export class FileProgress {
  /** Bytes that have been cut into lines. */
  readOffset: number
  /** Start offset of each unsettled line → clients that have not settled it; in file order. */
  readonly #unsettled = new Map<number, number>()

  constructor(offset: number) {
    this.readOffset = offset
  }

  /** Everything before this offset is delivered or dropped: reading may begin here after a restart. */
  get settledOffset(): number {
    const first = this.#unsettled.keys().next()
    return first.done === true ? this.readOffset : first.value
  }

  get isSettled(): boolean {
    return this.#unsettled.size === 0
  }

  lineRead(startOffset: number, endOffset: number, clients: number): void {
    this.readOffset = endOffset
    if (clients > 0) this.#unsettled.set(startOffset, clients)
  }

  /** One client (or, for a dropped line, all) is done with the line. */
  settled(startOffset: number, clients = 1): void {
    const left = (this.#unsettled.get(startOffset) ?? 0) - clients
    if (left > 0) this.#unsettled.set(startOffset, left)
    else this.#unsettled.delete(startOffset)
  }
}
