import { errorType } from './error-fields.ts'
import { Problem } from './problem.ts'

const retryAfterSeconds = 1

/** The pool gave no connection in time. The message is the line the tutorial looks for. */
export class DatabaseConnectionTimeout extends Problem {
  override readonly name = 'DatabaseConnectionTimeout'
  constructor(timeoutMs: number, cause: unknown) {
    const title = `No database connection within ${timeoutMs} ms`
    super({
      status: 503,
      kind: 'database-connection-timeout',
      title,
      detail: 'database connection timeout',
      retryAfterSeconds,
      cause,
    })
  }
}

export class DatabaseStatementTimeout extends Problem {
  override readonly name = 'DatabaseStatementTimeout'
  constructor(timeoutMs: number, cause: unknown) {
    const title = `The database needed more than ${timeoutMs} ms`
    super({
      status: 503,
      kind: 'database-statement-timeout',
      title,
      detail: 'database statement timeout',
      retryAfterSeconds,
      cause,
    })
  }
}

export class DatabaseUnavailable extends Problem {
  override readonly name = 'DatabaseUnavailable'
  constructor(cause: unknown) {
    const title = 'The database is not reachable'
    super({
      status: 503,
      kind: 'database-unavailable',
      title,
      detail: 'database unavailable',
      retryAfterSeconds,
      cause,
    })
  }
}

/** A statement the database refused: a bug or a broken constraint. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  /** SQLSTATE. */
  readonly code: string
  constructor(cause: Error, code: string) {
    super(`database error ${code}: ${cause.message}`, { cause })
    this.code = code
  }
}

export const uniqueViolation = '23505'

/** What pg and pg-pool throw, told apart once. */
export function databaseProblem(
  error: unknown,
  { dbConnectionTimeoutMs, dbStatementTimeoutMs }: { dbConnectionTimeoutMs: number; dbStatementTimeoutMs: number },
): Error {
  if (!(error instanceof Error)) return new DatabaseUnavailable(error)
  // pg-pool 3.14 has no codes for these two: waiting for a connection of the pool, and opening a new one.
  if (/^timeout exceeded when trying to connect$|due to connection timeout$/.test(error.message)) {
    return new DatabaseConnectionTimeout(dbConnectionTimeoutMs, error)
  }
  const code = errorType(error)
  if (code === '57014') return new DatabaseStatementTimeout(dbStatementTimeoutMs, error)
  // Class 08: connection exceptions; 57P: the server is stopping or starting; 53300: too many connections.
  if (/^(08...|57P..|53300)$/.test(code) || !/^[0-9A-Z]{5}$/.test(code)) return new DatabaseUnavailable(error)
  return new DatabaseError(error, code)
}
