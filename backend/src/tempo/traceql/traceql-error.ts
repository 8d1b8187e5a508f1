export interface Position {
  /** 1-based. */
  line: number
  /** 1-based, counted in characters. */
  column: number
}

/** The query is not TraceQL. The text is the one Tempo answers, position included. */
export class TraceqlParseError extends Error {
  override name = 'TraceqlParseError'
  readonly position: Position

  constructor(detail: string, position: Position) {
    super(`parse error at line ${position.line}, col ${position.column}: ${detail}`)
    this.position = position
  }
}

/** The query is TraceQL, but its types do not fit, or it uses what the language reserves for later. */
export class TraceqlValidationError extends Error {
  override name = 'TraceqlValidationError'
}

/** The query is valid and failed on the data: a division by zero, a negated string. */
export class TraceqlEvaluationError extends Error {
  override name = 'TraceqlEvaluationError'
}
