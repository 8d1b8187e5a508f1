import { type PosRange, positionText } from './position.ts'

/** The query cannot be understood: HTTP 400 `bad_data`. The message is Prometheus' own, with line and column. */
export class PromqlParseError extends Error {
  readonly pos: PosRange
  readonly reason: string

  constructor(query: string, pos: PosRange, reason: string) {
    super(`${positionText(query, pos)}: parse error: ${reason}`)
    this.name = 'PromqlParseError'
    this.pos = pos
    this.reason = reason
  }
}

/** The query is understood but cannot be planned (a computed duration that makes no sense): HTTP 400 `bad_data`. */
export class PromqlPlanError extends Error {
  override readonly name = 'PromqlPlanError'
}

/** Evaluation stopped: HTTP 422 `execution`. */
export class PromqlExecutionError extends Error {
  override readonly name = 'PromqlExecutionError'
}

/** HTTP 503 `timeout`. */
export class PromqlTimeoutError extends Error {
  override readonly name = 'PromqlTimeoutError'

  constructor() {
    super('query timed out in expression evaluation')
  }
}

/** HTTP 503 `canceled`: nobody waits for the answer any more. */
export class PromqlCanceledError extends Error {
  override readonly name = 'PromqlCanceledError'

  constructor() {
    super('query was canceled in expression evaluation')
  }
}
