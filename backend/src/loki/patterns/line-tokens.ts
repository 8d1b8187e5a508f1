// What of a line the patterns are made of, and how a pattern is written down, by the format of the stream's lines.
import { forEachMember, JsonScanError } from '../logql/pipeline/json-scanner.ts'
import { LogfmtDecoder } from '../logql/pipeline/logfmt-decoder.ts'
import { maxTokens, placeholder } from './drain.ts'

export interface LineTokens {
  readonly tokens: readonly string[]
  /** Blanks behind each token. */
  readonly blanks: readonly number[]
}

export interface LineFormat {
  /** `undefined`: nothing in the line that could have a pattern. */
  tokenize(line: string): LineTokens | undefined
  join(line: LineTokens): string
}

const maxLineLength = 3_000
/** Fields of a JSON line that hold its message; the first one there is taken. */
const messageFields = ['log', 'message', 'msg', 'msg_', '_msg', 'content']
const variableKey = /^(?:t|(?:ts|traceid|time|timestamp))$/i
const logfmtLine = /^\w+=(?:"[^"]*"|[^"\s]\S*)(?: \w+=(?:"[^"]*"|[^"\s]\S*))*$/
const delimiter = /[ =]|(?![_\-.:/])\p{P}/gu

/** Guessed from the first line of a stream, as Loki does. */
export function formatOf(line: string): LineFormat {
  if (line.length >= 2 && line.startsWith('{') && line.endsWith('}')) return json
  return logfmtLine.test(line) ? logfmt : text
}

const text: LineFormat = {
  tokenize: (line) => (line.length > maxLineLength ? undefined : words(line)),
  join: joinWords,
}

const json: LineFormat = {
  tokenize(line) {
    const message = messageOf(line)
    return message === undefined || message.length > maxLineLength ? undefined : words(message)
  },
  join: (line) => shortened(`${placeholder}${joinWords(line)}${placeholder}`),
}

const logfmt: LineFormat = {
  tokenize(line) {
    if (line.length > maxLineLength) return undefined
    const decoder = new LogfmtDecoder(line)
    const tokens: string[] = []
    while (decoder.next()) tokens.push(decoder.key, variableKey.test(decoder.key) ? placeholder : decoder.value)
    return decoder.error === undefined ? { tokens, blanks: [] } : undefined
  },
  join({ tokens }) {
    const pairs = []
    for (let index = 0; index < tokens.length; index += 2)
      pairs.push(`${tokens[index]}=${logfmtValue(tokens[index + 1] ?? '')}`)
    return shortened(pairs.join(' '))
  },
}

/** Words, and each sign of punctuation by itself. */
function words(line: string): LineTokens | undefined {
  const tokens: string[] = []
  const blanks: number[] = []
  let start = 0
  for (const { 0: sign, index } of line.matchAll(delimiter)) {
    if (index > start) tokens.push(line.slice(start, index))
    if (sign === ' ') blanks[tokens.length - 1] = (blanks[tokens.length - 1] ?? 0) + 1
    else tokens.push(sign)
    start = index + sign.length
    if (tokens.length > maxTokens) return undefined
  }
  if (start < line.length) tokens.push(line.slice(start))
  return { tokens, blanks }
}

function joinWords({ tokens, blanks }: LineTokens): string {
  return shortened(tokens.map((token, index) => token + ' '.repeat(blanks[index] ?? 0)).join(''))
}

function shortened(pattern: string): string {
  return pattern.replaceAll(/(?:<_>){2,}/g, placeholder)
}

function logfmtValue(value: string): string {
  return /[\s="\p{Cc}]/u.test(value) ? JSON.stringify(value) : value
}

/** As it stands in the line, with its escapes. */
function messageOf(line: string): string | undefined {
  const found = new Map<string, string>()
  try {
    forEachMember(line, 0, line.length, (key, { type, start, end }) => {
      if (type === 'string' && !found.has(key) && messageFields.includes(key)) found.set(key, line.slice(start, end))
      return key !== messageFields[0]
    })
  } catch (error) {
    // What was found before the place where the line is broken is found.
    if (!(error instanceof JsonScanError)) throw error
  }
  return messageFields.map((field) => found.get(field)).find((message) => message !== undefined)
}
