import { isUtf8 } from 'node:buffer'

export interface SplitLine {
  readonly text: string
  readonly startOffset: number
  readonly endOffset: number
  readonly isTruncated: boolean
  /** Bytes that were not UTF-8 were replaced by U+FFFD. */
  readonly isRepaired: boolean
}

const LF = 10
const CR = 13

/** Cuts a file's bytes into lines; the part after the last newline waits for the next chunk. */
export class LineSplitter {
  readonly #maxLineBytes: number
  #parts: Buffer[] = []
  #heldBytes = 0
  /** Bytes of the open line, also those beyond the limit that are not held. */
  #openBytes = 0
  #offset: number

  constructor(offset: number, maxLineBytes: number) {
    this.#offset = offset
    this.#maxLineBytes = maxLineBytes
  }

  /** Offset after the last byte given to `push`. */
  get offset(): number {
    return this.#offset
  }

  get hasOpenLine(): boolean {
    return this.#openBytes > 0
  }

  *push(chunk: Buffer): Generator<SplitLine> {
    let start = 0
    for (;;) {
      const newline = chunk.indexOf(LF, start)
      if (newline < 0) break
      this.#hold(chunk.subarray(start, newline))
      start = newline + 1
      yield this.#close(1)
    }
    // A copy: the caller reads its next chunk into the same buffer.
    this.#hold(Buffer.from(chunk.subarray(start)))
  }

  /** The last line of a file that ended without a newline. */
  end(): SplitLine | undefined {
    return this.hasOpenLine ? this.#close(0) : undefined
  }

  #hold(bytes: Buffer): void {
    const room = this.#maxLineBytes - this.#heldBytes
    if (bytes.length > 0 && room > 0) {
      const part = bytes.subarray(0, room)
      this.#parts.push(part)
      this.#heldBytes += part.length
    }
    this.#openBytes += bytes.length
    this.#offset += bytes.length
  }

  #close(newlineBytes: number): SplitLine {
    const [only] = this.#parts
    let bytes = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts)
    const startOffset = this.#offset - this.#openBytes
    const isTruncated = this.#openBytes > this.#heldBytes
    if (bytes.at(-1) === CR && !isTruncated) bytes = bytes.subarray(0, -1)
    this.#parts = []
    this.#heldBytes = 0
    this.#openBytes = 0
    this.#offset += newlineBytes
    return {
      text: bytes.toString('utf8'),
      startOffset,
      endOffset: this.#offset,
      isTruncated,
      isRepaired: !isUtf8(bytes),
    }
  }
}
