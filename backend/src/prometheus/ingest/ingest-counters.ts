/** Why samples were not taken in. */
export type RejectReason =
  | 'invalid_labels'
  | 'too_many_labels'
  | 'out_of_bounds'
  | 'duplicate_timestamp'
  | 'invalid_histogram'
  | 'invalid_exemplar'

/** What came in and what was refused, for /metrics: received = stored + rejected. */
export class IngestCounters {
  received = 0
  stored = 0
  exemplars = 0
  readonly rejected = new Map<RejectReason, number>()

  reject(reason: RejectReason, count: number): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + count)
  }
}
