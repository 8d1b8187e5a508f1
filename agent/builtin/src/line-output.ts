export interface LineOutputOptions {
  /** process.stdout or process.stderr: streams that Node lets be written after an error. */
  readonly stream: NodeJS.WritableStream
  /** What the next line that is written begins with: how many went missing before it. */
  readonly lossNotice: (lines: number) => string
  readonly onDropped: () => void
}

/** Log lines for a stream whose disk may be full or whose reader may be gone: that costs lines, which are counted, and not the process. */
export class LineOutput {
  readonly #options: LineOutputOptions
  #lost = 0

  constructor(options: LineOutputOptions) {
    this.#options = options
    // Each failure is told to the callback of its write as well; without a listener it would end the process.
    options.stream.on('error', () => {})
  }

  write(line: string): void {
    const { stream, lossNotice, onDropped } = this.#options
    const lost = this.#lost
    this.#lost = 0
    // Half of a line may be there, from the moment the disk became full.
    const text = lost === 0 ? line : `\n${lossNotice(lost)}${line}`
    stream.write(text, (error) => {
      if (error === null || error === undefined) return
      this.#lost += lost + 1
      onDropped()
    })
  }
}
