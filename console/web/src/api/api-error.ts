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
