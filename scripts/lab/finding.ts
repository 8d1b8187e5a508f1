export interface Finding {
  what: string
  /** `note`: worth knowing, nothing to do. */
  verdict: 'ok' | 'note' | 'bad'
  found: string
  advice?: string
}
