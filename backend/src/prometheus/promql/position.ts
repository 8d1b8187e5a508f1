/** Half-open range of UTF-16 offsets into the query text. */
export type PosRange = { readonly start: number; readonly end: number }

export function joinRanges(first: PosRange, last: PosRange): PosRange {
  return { start: first.start, end: last.end }
}

/** `line:column` (both from 1, columns in UTF-8 bytes) of where the range begins, as Prometheus prints it. */
export function positionText(query: string, pos: PosRange): string {
  if (query === '') return 'unknown position'
  const before = query.slice(0, pos.start)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return `${line}:${Buffer.byteLength(before.slice(lineStart)) + 1}`
}
