/** A query that is well formed and cannot be answered; `status` is what the real server answers. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

export class QueryTimeoutError extends QueryError {
  constructor() {
    super(
      'Request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to reduce the amount of data processed.',
      504,
    )
  }
}

/** The client went away; nobody reads the answer (499 is nginx's status for it, which Loki logs, too). */
export class QueryCancelledError extends QueryError {
  constructor() {
    super('The request was cancelled by the client.', 499)
  }
}
