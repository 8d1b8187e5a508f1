/** Where the console's log goes: a stdout whose disk may be full or whose reader may be gone. That costs lines, which the next one tells of, and not the console. */
export class LogOutput {
  readonly #stream: NodeJS.WritableStream
  #lost = 0

  /** `stream`: process.stdout, which Node lets be written after an error. */
  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
    // Each failure is told to the callback of its write as well; without a listener it would end the process.
    stream.on('error', () => {})
  }

  write(line: string): void {
    const lost = this.#lost
    this.#lost = 0
    // Half of a line may be there, from the moment the disk became full.
    this.#stream.write(lost === 0 ? line : `\n${lossNotice(lost)}${line}`, (error) => {
      if (error !== null && error !== undefined) this.#lost += lost + 1
    })
  }
}

function lossNotice(lines: number): string {
  const msg = 'log lines were lost: they could not be written'
  return `${JSON.stringify({ level: 40, timestamp: new Date().toISOString(), service: 'console', lines, msg })}\n`
}
