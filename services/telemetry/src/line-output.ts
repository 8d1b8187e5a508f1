/** What becomes of lines that cannot be written. */
export interface LineLoss {
  /** What the next line that is written begins with: how many went missing before it. */
  notice: (lines: number) => string
  onDropped: () => void
}

/** Lines for a stream whose disk may be full or whose reader may be gone: that costs lines, which are counted, and not the process. */
export class LineOutput {
  readonly #stream: NodeJS.WritableStream
  readonly #loss: LineLoss
  #lost = 0

  /** `stream`: process.stdout or process.stderr, which Node lets be written after an error. */
  constructor(stream: NodeJS.WritableStream, loss: LineLoss) {
    this.#stream = stream
    this.#loss = loss
    // Each failure is told to the callback of its write as well; without a listener it would end the process.
    stream.on('error', () => {})
  }

  write(line: string): void {
    const lost = this.#lost
    this.#lost = 0
    // Half of a line may be there, from the moment the disk became full.
    this.#stream.write(lost === 0 ? line : `\n${this.#loss.notice(lost)}${line}`, (error) => {
      if (error === null || error === undefined) return
      this.#lost += lost + 1
      this.#loss.onDropped()
    })
  }
}
