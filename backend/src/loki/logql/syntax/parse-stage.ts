import type { LabelExtraction, LabelFormat, NamedLabel, StageExpr } from './ast.ts'
import { parseLabelFilter } from './parse-label-filter.ts'
import { isLineFilterOperation, parseLineFilter } from './parse-line-filter.ts'
import { isMatcherOperation, parseMatcher } from './parse-selector.ts'
import type { TokenStream } from './token-stream.ts'

/** Stages up to what no stage begins with; `| unwrap` belongs to the log range and is left for it. */
export function parseStages(tokens: TokenStream): StageExpr[] {
  const stages: StageExpr[] = []
  for (;;) {
    const token = tokens.current
    if (token.type !== 'SYMBOL') return stages
    if (isLineFilterOperation(token.text)) stages.push(parseLineFilter(tokens))
    else if (token.text === '|' && tokens.following?.text !== 'unwrap') {
      tokens.next()
      stages.push(parseStage(tokens))
    } else return stages
  }
}

function parseStage(tokens: TokenStream): StageExpr {
  const token = tokens.current
  if (token.type === 'END') throw tokens.unexpected()
  if (token.type !== 'SYMBOL' || token.text === '(') return { kind: 'label-filter', filter: parseLabelFilter(tokens) }
  switch (token.text) {
    case 'json':
      tokens.next()
      return { kind: 'json', extractions: parseOptionalExtractions(tokens) }
    case 'logfmt':
      tokens.next()
      return parseLogfmt(tokens)
    case 'regexp':
    case 'pattern':
      tokens.next()
      return { kind: token.text, pattern: tokens.value('STRING').text }
    case 'unpack':
    case 'decolorize':
      tokens.next()
      return { kind: token.text }
    case 'line_format':
      tokens.next()
      return { kind: 'line-format', template: tokens.value('STRING').text }
    case 'label_format':
      tokens.next()
      return { kind: 'label-format', formats: parseList(tokens, parseLabelFormat) }
    case 'drop':
    case 'keep':
      tokens.next()
      return { kind: token.text, labels: parseList(tokens, parseNamedLabel) }
    default:
      throw tokens.unexpected()
  }
}

function parseLogfmt(tokens: TokenStream): StageExpr {
  const flags = new Set<string>()
  while (tokens.current.type === 'FUNCTION_FLAG') flags.add(tokens.next().text)
  const extractions = parseOptionalExtractions(tokens)
  return { kind: 'logfmt', extractions, strict: flags.has('--strict'), keepEmpty: flags.has('--keep-empty') }
}

function parseOptionalExtractions(tokens: TokenStream): LabelExtraction[] {
  return tokens.current.type === 'IDENTIFIER' ? parseList(tokens, parseExtraction) : []
}

function parseExtraction(tokens: TokenStream): LabelExtraction {
  const label = tokens.value('IDENTIFIER').text
  return { label, expression: tokens.accept('=') ? tokens.value('STRING').text : label }
}

function parseLabelFormat(tokens: TokenStream): LabelFormat {
  const label = tokens.value('IDENTIFIER').text
  tokens.expect('=')
  if (tokens.current.type === 'STRING') return { kind: 'template', label, template: tokens.next().text }
  return { kind: 'rename', label, source: tokens.value('IDENTIFIER', 'STRING').text }
}

function parseNamedLabel(tokens: TokenStream): NamedLabel {
  const following = tokens.following
  if (tokens.current.type === 'IDENTIFIER' && following?.type === 'SYMBOL' && isMatcherOperation(following.text)) {
    const matcher = parseMatcher(tokens)
    return { name: matcher.name, matcher }
  }
  return { name: tokens.value('IDENTIFIER').text }
}

function parseList<T>(tokens: TokenStream, parseItem: (tokens: TokenStream) => T): T[] {
  const items = [parseItem(tokens)]
  while (tokens.accept(',')) items.push(parseItem(tokens))
  return items
}
