/** Where a token or a node begins: 1-based line and column, counted in characters. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A query that Loki refuses before evaluating it; the API answers 400 with this text. */
export class LogqlParseError extends Error {
  override readonly name = 'LogqlParseError'
  readonly position: Position | undefined

  constructor(reason: string, position?: Position) {
    super(
      position === undefined
        ? `parse error : ${reason}`
        : `parse error at line ${position.line}, col ${position.column}: ${reason}`,
    )
    this.position = position
  }
}
