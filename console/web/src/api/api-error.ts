import type { QueryPosition } from '../domain/error-position.ts'
import { errorPosition } from '../domain/error-position.ts'

/** What an API answered instead of a result, in its own words. */
export class ApiError extends Error {
  override name = 'ApiError'
  /** 0 when there was no answer at all. */
  readonly status: number
  readonly position: QueryPosition | undefined

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.position = errorPosition(message)
  }
}

/** Whose fault it is: of the query, of the server, or of nobody being there. */
export function failureTitle(api: string, { status }: ApiError): string {
  if (status === 0 || status === 502) return `${api} does not answer`
  return status >= 500 ? `${api} failed` : `${api} refused the query`
}
