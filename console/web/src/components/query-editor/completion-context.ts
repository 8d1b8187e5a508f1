/** Where in a query the cursor stands; the same scanner serves `{label="value"}` of LogQL and PromQL, and TraceQL's fields. */
export type CompletionContext =
  | { place: 'name'; from: number; selector: string; metric: string | undefined }
  | { place: 'value'; from: number; name: string; isQuoted: boolean; metric: string | undefined }
  | { place: 'expression'; from: number; word: string }
  | { place: 'none' }

/** Inside braces of LogQL or PromQL: a label's name or its value; outside: metrics, functions, keywords. */
export function selectorContext(before: string): CompletionContext {
  const { openString, openBrace } = scan(before)
  if (openBrace !== undefined) {
    const metric = /([a-zA-Z_:][\w:]*)\s*$/.exec(before.slice(0, openBrace))?.[1]
    const inside = before.slice(openBrace + 1)
    if (openString !== undefined) {
      const name = /([a-zA-Z_][\w.]*)\s*(?:=~|!~|!=|=)\s*$/.exec(before.slice(openBrace + 1, openString))?.[1]
      return name === undefined
        ? { place: 'none' }
        : { place: 'value', from: openString + 1, name, isQuoted: true, metric }
    }
    const word = /(?:^|,)\s*([a-zA-Z_]\w*)?$/.exec(inside)
    if (word === null) return { place: 'none' }
    return { place: 'name', from: before.length - (word[1]?.length ?? 0), selector: inside, metric }
  }
  if (openString !== undefined) return { place: 'none' }
  const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\((?:[^()]*,)?\s*([a-zA-Z_]\w*)?$/.exec(
    before,
  )
  if (grouping !== null)
    return { place: 'name', from: before.length - (grouping[1]?.length ?? 0), selector: '', metric: undefined }
  return expressionContext(before)
}

/** TraceQL: a field inside braces or a grouping, its value after a comparison. */
export function traceqlContext(before: string): CompletionContext {
  const { openString, openBrace } = scan(before)
  const comparison = /([a-zA-Z_.][\w.:/-]*)\s*(?:=~|!~|!=|>=|<=|=|>|<)\s*$/
  if (openString !== undefined) {
    const name = comparison.exec(before.slice(0, openString))?.[1]
    return name === undefined
      ? { place: 'none' }
      : { place: 'value', from: openString + 1, name, isQuoted: true, metric: undefined }
  }
  const bare = /([a-zA-Z_.][\w.:/-]*)\s*(?:!=|=)\s*([\w-]*)$/.exec(before)
  if (openBrace !== undefined && bare !== null) {
    return {
      place: 'value',
      from: before.length - (bare[2]?.length ?? 0),
      name: bare[1] ?? '',
      isQuoted: false,
      metric: undefined,
    }
  }
  const inGrouping = /\b(?:by|select)\s*\([^()]*$/.test(before)
  if (openBrace !== undefined || inGrouping) {
    const word = /[a-zA-Z_.][\w.:/-]*$/.exec(before)?.[0] ?? ''
    return { place: 'name', from: before.length - word.length, selector: '', metric: undefined }
  }
  return expressionContext(before)
}

function expressionContext(before: string): CompletionContext {
  const word = /[a-zA-Z_:][\w:]*$/.exec(before)?.[0] ?? ''
  return { place: 'expression', from: before.length - word.length, word }
}

/** Offsets of the string and of the brace that are still open at the end of the text. */
function scan(text: string): { openString: number | undefined; openBrace: number | undefined } {
  let quote = ''
  let openString: number | undefined
  const braces: number[] = []
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? ''
    if (quote !== '') {
      if (char === '\\' && quote !== '`') index++
      else if (char === quote) {
        quote = ''
        openString = undefined
      }
    } else if (char === '"' || char === "'" || char === '`') {
      quote = char
      openString = index
    } else if (char === '{') braces.push(index)
    else if (char === '}') braces.pop()
  }
  return { openString, openBrace: braces.at(-1) }
}
