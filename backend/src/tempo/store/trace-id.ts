// Trace ids are 32 lower-case hex digits in code and four 32-bit words in columns.

export type TraceIdWords = readonly [number, number, number, number]

export function traceIdWords(traceId: string): TraceIdWords {
  return [wordAt(traceId, 0), wordAt(traceId, 8), wordAt(traceId, 16), wordAt(traceId, 24)]
}

function wordAt(hex: string, at: number): number {
  return parseInt(hex.slice(at, at + 8), 16)
}

export function hexWord(word: number): string {
  return word.toString(16).padStart(8, '0')
}

/** As Tempo prints trace ids in search answers: without leading zeros. */
export function shortTraceId(traceId: string): string {
  return traceId.replace(/^0+/, '')
}
