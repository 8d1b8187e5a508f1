import { StageError } from './stage.ts'

/** Names and array indexes. */
export type JsonPath = readonly (string | number)[]

const step = /\s*(?:\.\s*([a-zA-Z_]\w*)|\[\s*(\d+)\s*\]|\[\s*"([^"\]]*)"\s*\])/y
const first = /\s*(?:([a-zA-Z_]\w*)|\[\s*(\d+)\s*\]|\[\s*"([^"\]]*)"\s*\])/y

/** `a.b[0]["c d"]`, as `| json label="..."` takes it. */
export function parseJsonPath(expression: string): JsonPath {
  const path: (string | number)[] = []
  let at = 0
  while (expression.slice(at).trim() !== '') {
    const pattern = path.length === 0 ? first : step
    pattern.lastIndex = at
    const match = pattern.exec(expression)
    if (!match) throw new StageError(`cannot parse expression [${expression}]: ${reason(expression, at)}`)
    const [whole, name, index, quoted] = match
    path.push(index === undefined ? (name ?? quoted ?? '') : Number(index))
    at += whole.length
  }
  if (path.length === 0) throw new StageError(`cannot parse expression [${expression}]: syntax error: unexpected $end`)
  return path
}

function reason(expression: string, at: number): string {
  const rest = expression.slice(at).trimStart()
  if (/^\[\s*\d+\./.test(rest)) return 'cannot use float as array index'
  return `syntax error: unexpected ${JSON.stringify(rest[0] ?? '')}`
}
