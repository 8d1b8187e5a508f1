/** What a compiled pattern offers, whichever matcher stands behind it. */

export interface RegexpMatch {
  readonly index: number
  readonly end: number
  /** Group 0 is the whole match; `undefined` = the group took no part in it. */
  readonly groups: readonly (string | undefined)[]
}

export interface Regexp {
  readonly pattern: string
  readonly anchored: boolean
  /** Name by group index; '' for group 0 and unnamed groups. */
  readonly groupNames: readonly string[]
  /** Anchored patterns that match these texts and no others (`a|b|c`, `5(00|03)`): an index can be asked instead of scanned. */
  readonly literals: readonly string[] | undefined
  test(text: string): boolean
  /** The leftmost match at or after `from`. */
  exec(text: string, from?: number): RegexpMatch | undefined
  matchAll(text: string): Generator<RegexpMatch>
  /** Go's `ReplaceAllString`: `$1`, `${name}`, `$$` in the template. */
  replaceAll(text: string, template: string): string
}
