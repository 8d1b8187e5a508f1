/** What became of one request to a backend. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly rejectedItems?: number; readonly rejectedReason?: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | { readonly kind: 'retry'; readonly message: string; readonly afterMs?: number | undefined }
