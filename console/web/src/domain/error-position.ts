/** One-based, as the query languages' parsers count. */
export interface QueryPosition {
  line: number
  column: number
}

const spellings = [
  /\bline (\d+),? col(?:umn)? (\d+)/, // Loki and Tempo: "parse error at line 1, col 8: syntax error: ..."
  /(?:^|: )(\d+):(\d+): parse error/, // Prometheus: "invalid parameter "query": 1:8: parse error: ..."
]

/** Where in the query an error message points, if it says so. */
export function errorPosition(message: string): QueryPosition | undefined {
  for (const spelling of spellings) {
    const [, line, column] = spelling.exec(message) ?? []
    // A missing closing part is reported at "line 0, col 0": that is nowhere.
    if (line !== undefined && column !== undefined && Number(line) > 0)
      return { line: Number(line), column: Number(column) }
  }
  return undefined
}

/** Offset into the text; past the end (an unfinished query) is its last character. */
export function positionOffset(text: string, { line, column }: QueryPosition): number {
  const before = text.split('\n').slice(0, line - 1)
  const lineStart = before.reduce((sum, part) => sum + part.length + 1, 0)
  return Math.max(0, Math.min(text.length, lineStart + Math.max(0, column - 1)))
}
