/** A pattern that RE2 refuses. `message` is Go's (`error parsing regexp: missing closing ): ...`). */
export class RegexpError extends Error {
  override name = 'RegexpError'
  readonly pattern: string
  /** Index of the faulty part in the pattern, in UTF-16 units; 0 where it cannot be told. */
  readonly position: number

  constructor(message: string, pattern: string, position: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.pattern = pattern
    this.position = position
  }
}
