import { ApiError } from '../../http/index.ts'
import { QueryCancelledError, QueryMemoryError, QueryTimeoutError } from '../engine/query-budget.ts'
import { TraceqlEvaluationError, TraceqlParseError, TraceqlValidationError } from '../traceql/traceql-error.ts'

/** What a client sees of a query that failed. */
export function queryError(error: unknown): ApiError | undefined {
  if (error instanceof TraceqlParseError || error instanceof TraceqlValidationError) {
    return new ApiError(400, `invalid TraceQL query: ${error.message}`, { cause: error })
  }
  if (error instanceof TraceqlEvaluationError || error instanceof QueryMemoryError) {
    return new ApiError(422, error.message, { cause: error })
  }
  if (error instanceof QueryTimeoutError) return new ApiError(504, error.message, { cause: error })
  if (error instanceof QueryCancelledError) return new ApiError(499, error.message, { cause: error })
  return undefined
}
