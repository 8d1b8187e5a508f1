import type { Label, Labels } from '../logql/labels/labels.ts'

/** Entries as some wire format brought them; nothing is checked but that they could be read. */
export interface IncomingStream {
  readonly labels: Labels
  readonly entries: readonly IncomingEntry[]
}

export interface IncomingEntry {
  readonly timestampUnixNano: bigint
  readonly line: string
  readonly structuredMetadata: readonly Label[]
}
