import { ApiError } from '../../http/index.ts'

/** `service.name=shop http.target="/a b"` → pairs. @throws ApiError 400 with the position */
export function parseLogfmt(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  const pair = /\s*([^\s="]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?/y
  let at = 0
  while (text.slice(at).trim() !== '') {
    pair.lastIndex = at
    const match = pair.exec(text)
    if (match === null)
      throw new ApiError(400, `invalid tags: unexpected '${text.slice(at).trim()[0]}' at pos ${at + 1}`)
    const [, key = '', quoted, bare] = match
    if (pairs.has(key)) throw new ApiError(400, `invalid tags: tag ${key} has been set twice`)
    pairs.set(key, quoted === undefined ? (bare ?? '') : unescape(quoted))
    at = pair.lastIndex
  }
  return pairs
}

function unescape(quoted: string): string {
  return quoted.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(parseInt(escape.slice(1), 16))
    return { n: '\n', r: '\r', t: '\t' }[escape] ?? escape
  })
}
