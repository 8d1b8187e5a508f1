/** A fault a user can do something about: commands print the message and the advice, never a stack. */
export class LabError extends Error {
  readonly advice: string | undefined
  /** Last lines of the log of the component at fault. */
  readonly logLines: string[]
  constructor(message: string, options: { cause?: unknown; advice?: string; logLines?: string[] } = {}) {
    super(message, { cause: options.cause })
    this.name = 'LabError'
    this.advice = options.advice
    this.logLines = options.logLines ?? []
  }
}
