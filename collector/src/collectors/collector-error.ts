/** The collector under test did not do what a collector has to: start, get ready, end. `output` is its own last words. */
export class CollectorError extends Error {
  override readonly name = 'CollectorError'
  readonly output: readonly string[]

  constructor(message: string, output: readonly string[] = []) {
    super(output.length === 0 ? message : `${message}; it said:\n${output.map((line) => `  | ${line}`).join('\n')}`)
    this.output = output
  }
}
