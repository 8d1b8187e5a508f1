/** An error that a client gets to see; each API renders it in its own shape (`renderError` of `createApiServer`). */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly statusCode: number
  /** The API's own word for the kind of error (Prometheus: `bad_data`, `timeout`, ...), where it has one. */
  readonly kind: string | undefined

  constructor(statusCode: number, message: string, options: { cause?: unknown; kind?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.statusCode = statusCode
    this.kind = options.kind
  }
}
