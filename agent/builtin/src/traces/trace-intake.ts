import type { ExportRequest } from './export-request.ts'

export type IntakeAnswer =
  | { readonly kind: 'accepted' }
  /** Nothing was taken: the sender keeps the spans and comes back after `retryMs`. */
  | { readonly kind: 'full'; readonly retryMs: number; readonly message: string }

/** Where receivers hand over what they have read. Accepted means on disk. */
export type TraceIntake = (request: ExportRequest) => IntakeAnswer
