import { trace } from '@opentelemetry/api'

/** What a client gets to read about a failure: RFC 9457, with the trace id as an extension member. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  traceId: string | undefined
}

export interface ProblemOptions {
  status: number
  /** Names the kind of problem and never changes: `out-of-stock`. */
  kind: string
  title: string
  detail: string
  retryAfterSeconds?: number
  cause?: unknown
}

/** An answer that is not what the client hoped for, thrown by a handler and turned into a response once (service-app.ts). */
export class Problem extends Error {
  override readonly name: string = 'Problem'
  readonly statusCode: number
  readonly kind: string
  readonly title: string
  readonly retryAfterSeconds: number | undefined

  constructor({ status, kind, title, detail, retryAfterSeconds, cause }: ProblemOptions) {
    super(detail, { cause })
    this.statusCode = status
    this.kind = kind
    this.title = title
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export const problemContentType = 'application/problem+json'

export function problemBody(problem: Problem): ProblemBody {
  return {
    type: `urn:playground:problem:${problem.kind}`,
    title: problem.title,
    status: problem.statusCode,
    detail: problem.message,
    traceId: trace.getActiveSpan()?.spanContext().traceId,
  }
}
