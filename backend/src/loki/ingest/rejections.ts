export type RejectionReason =
  | 'missing_labels'
  | 'max_label_names_per_series'
  | 'label_name_too_long'
  | 'label_value_too_long'
  | 'greater_than_max_sample_age'
  | 'too_far_in_future'
  | 'line_too_long'
  | 'structured_metadata_too_large'
  | 'structured_metadata_too_many'

interface Rejected {
  readonly reason: RejectionReason
  readonly message: string
  readonly stream: string
  entries: number
}

/** Entries of one request that were not taken, by stream and reason, each group with the first case in words. */
export class Rejections {
  readonly #groups = new Map<string, Rejected>()

  add({
    reason,
    message,
    stream,
    entries = 1,
  }: {
    reason: RejectionReason
    message: string
    stream: string
    entries?: number
  }): void {
    const key = `${reason}\u0000${stream}`
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, { reason, message, stream, entries })
    else group.entries += entries
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0
  }

  byReason(): Map<RejectionReason, number> {
    const counts = new Map<RejectionReason, number>()
    for (const { reason, entries } of this.#groups.values()) counts.set(reason, (counts.get(reason) ?? 0) + entries)
    return counts
  }

  /** For the client: what was wrong, and how many of how many entries were left out. */
  describe(totalEntries: number): string {
    const shown = [...this.#groups.values()].slice(0, 10)
    const texts = shown.map(({ reason, message, entries, stream }) => {
      return `${message}, reason: '${reason}', total ignored: ${entries} out of ${totalEntries} for stream: ${shorten(stream)}`
    })
    if (this.#groups.size > shown.length) texts.push(`and ${this.#groups.size - shown.length} more`)
    return texts.join('; ')
  }
}

/** A stream name in a message: long enough to be found again. */
export function shorten(text: string): string {
  return text.length > 512 ? `${text.slice(0, 512)}...` : text
}
