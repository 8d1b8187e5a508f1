/** What a receiver does instead of taking a request and saying so. One description serves HTTP and gRPC. */
export type Fault =
  | {
      readonly kind: 'answer'
      readonly httpStatus: number
      readonly grpcCode: number
      readonly message: string
      /** Retry-After (rounded up to seconds) over HTTP, RetryInfo over gRPC. */
      readonly retryAfterMs?: number
    }
  /** Takes the request and says that so many of its items were rejected; none of them is stored. */
  | { readonly kind: 'partial-success'; readonly rejected: number; readonly message: string }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Reads the request and never answers. */
  | { readonly kind: 'hang' }
  /** Cuts the connection before anything was stored. */
  | { readonly kind: 'reset' }
  /** Stores, and cuts the connection instead of answering: a client that wants at least once has to send again. */
  | { readonly kind: 'accept-then-reset' }
  /** Stores, and answers a part of what the headers promise. */
  | { readonly kind: 'truncated-response' }
  | { readonly kind: 'slow-read'; readonly bytesPerSecond: number }

/** https://opentelemetry.io/docs/specs/otlp/#otlphttp-response and #failures: which pairs mean the same. */
const GRPC = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const
export type GrpcCode = keyof typeof GRPC

const codeOfStatus: Readonly<Record<number, GrpcCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  413: 'RESOURCE_EXHAUSTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

interface AnswerOptions {
  readonly retryAfterMs?: number
  readonly message?: string
  /** Over gRPC, when it is not the code that belongs to the status. */
  readonly grpc?: GrpcCode
}

function status(
  httpStatus: number,
  { retryAfterMs, message, grpc = codeOfStatus[httpStatus] ?? 'INTERNAL' }: AnswerOptions = {},
): Fault {
  return {
    kind: 'answer',
    httpStatus,
    grpcCode: GRPC[grpc],
    message: message ?? `fault: ${httpStatus} ${grpc}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

export const fault = {
  status,
  unavailable: (options?: AnswerOptions): Fault => status(503, options),
  throttled: (options?: AnswerOptions): Fault => status(429, options),
  invalid: (options?: AnswerOptions): Fault => status(400, options),
  tooLarge: (options?: AnswerOptions): Fault => status(413, options),
  partialSuccess: (rejected: number, message = 'fault: partial success'): Fault => ({
    kind: 'partial-success',
    rejected,
    message,
  }),
  delay: (ms: number): Fault => ({ kind: 'delay', ms }),
  hang: { kind: 'hang' } as Fault,
  reset: { kind: 'reset' } as Fault,
  acceptThenReset: { kind: 'accept-then-reset' } as Fault,
  truncatedResponse: { kind: 'truncated-response' } as Fault,
  slowRead: (bytesPerSecond: number): Fault => ({ kind: 'slow-read', bytesPerSecond }),
}

/** Whether the items of a request with this fault are in the store afterwards. */
export const stores = (given: Fault | undefined): boolean =>
  given === undefined || ['delay', 'accept-then-reset', 'truncated-response', 'slow-read'].includes(given.kind)

/** Why a request was not taken, in the words of a report. */
export function describeFault(given: Fault): string {
  switch (given.kind) {
    case 'answer':
      return `answered ${given.httpStatus} (gRPC code ${given.grpcCode})`
    case 'partial-success':
      return `answered partial success, ${given.rejected} rejected`
    case 'delay':
      return `answered after ${given.ms} ms`
    case 'slow-read':
      return `read at ${given.bytesPerSecond} bytes/s`
    default:
      return given.kind.replaceAll('-', ' ')
  }
}
