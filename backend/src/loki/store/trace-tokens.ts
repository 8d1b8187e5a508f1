export interface TraceTokens {
  /** Runs of exactly 32 digits. */
  readonly ids: readonly string[]
  /** The line has a longer run, which may hold any id within. */
  readonly hasLongerRun: boolean
}

const none: TraceTokens = { ids: [], hasLongerRun: false }

const idLength = 32

/**
 * What of a line an index by trace id has to know, so that a search for an id needs no other line. A run of 32 digits has
 * one at a multiple of 32, so that few characters of a line are looked at.
 */
export function traceTokens(line: string): TraceTokens {
  let ids: string[] | undefined
  let hasLongerRun = false
  for (let probe = idLength - 1; probe < line.length; probe += idLength) {
    if (!isHexDigit(line.charCodeAt(probe))) continue
    let start = probe
    while (start > 0 && isHexDigit(line.charCodeAt(start - 1))) start--
    let end = probe + 1
    while (end < line.length && isHexDigit(line.charCodeAt(end))) end++
    if (end - start > idLength) hasLongerRun = true
    else if (end - start === idLength) {
      const id = line.slice(start, end)
      if (ids === undefined) ids = [id]
      else if (!ids.includes(id)) ids.push(id)
    }
    // The next probe that can be in another run.
    while (probe + idLength < end) probe += idLength
  }
  return ids === undefined && !hasLongerRun ? none : { ids: ids ?? [], hasLongerRun }
}

/** 0-9 a-f */
function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102)
}

export function isTraceId(text: string): boolean {
  return text.length === idLength && /^[0-9a-f]{32}$/.test(text)
}
