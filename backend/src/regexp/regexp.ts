/** What a compiled pattern offers, whichever matcher stands behind it. */

export interface RegexpMatch {
  readonly index: number
  readonly end: number
  /** Group 0 is the whole match; `undefined` = the group took no part in it. */
  readonly groups: readonly (string | undefined)[]
  /** Start and end of each group in UTF-16 units, one after the other; -1 where it took no part. */
  readonly spans: readonly number[]
}

export interface Regexp {
  readonly pattern: string
  readonly anchored: boolean
  /** Name by group index; '' for group 0 and unnamed groups. */
  readonly groupNames: readonly string[]
  /** Anchored patterns that match these strings and no others (`a|b|c`): an index can be asked instead of scanned. */
  readonly literals: readonly string[] | undefined
  test(text: string): boolean
  /** The leftmost match at or after `from`. */
  exec(text: string, from?: number): RegexpMatch | undefined
  matchAll(text: string): Generator<RegexpMatch>
  /** Go's `ReplaceAllString`: `$1`, `${name}`, `$$` in the template. */
  replaceAll(text: string, template: string): string
}
