import type { VectorMatching } from '../ast.ts'
import { isValidLabelName } from '../../labels/labels.ts'
import { unquote } from '../lexer/strings.ts'
import { canNameGroupingLabel } from '../lexer/tokens.ts'
import { parseNumberToken } from './duration.ts'
import type { TokenStream } from './token-stream.ts'

const OPEN = { name: 'grouping opts', expected: '"("' }
const SEPARATOR = { name: 'grouping opts', expected: '"," or ")"' }
const LABEL = { name: 'grouping opts', expected: 'label' }

export type BinaryModifiers = { returnBool: boolean; matching: VectorMatching }

/** What may stand between a binary operator and its right side: bool, on/ignoring, group_left/right, fill. */
export function parseBinaryModifiers(tokens: TokenStream): BinaryModifiers {
  const returnBool = tokens.accept('bool') !== undefined
  const matching: VectorMatching = { cardinality: 'one-to-one', on: false, labels: [], include: [], fill: {} }
  const scope = tokens.accept('on') ?? tokens.accept('ignoring')
  if (scope) {
    matching.on = scope.kind === 'on'
    matching.labels = parseGroupingLabels(tokens)
    const group = tokens.accept('group_left') ?? tokens.accept('group_right')
    if (group) {
      matching.cardinality = group.kind === 'group_left' ? 'many-to-one' : 'one-to-many'
      if (tokens.at('(')) matching.include = parseGroupingLabels(tokens)
    }
  }
  parseFill(tokens, matching)
  return { returnBool, matching }
}

/** `(a, b, "c d",)`. */
export function parseGroupingLabels(tokens: TokenStream): string[] {
  tokens.expect('(', OPEN)
  const labels: string[] = []
  while (!tokens.accept(')')) {
    labels.push(parseGroupingLabel(tokens))
    if (!tokens.at(')')) tokens.expect(',', SEPARATOR)
  }
  return labels
}

function parseGroupingLabel(tokens: TokenStream): string {
  const token = tokens.peek()
  if (token.kind !== 'string' && !canNameGroupingLabel(token.kind)) tokens.unexpected(LABEL)
  tokens.next()
  const name = token.kind === 'string' ? unquote(token.text) : token.text
  if (!isValidLabelName(name)) tokens.fail(token, `invalid label name for grouping: ${JSON.stringify(name)}`)
  return name
}

function parseFill(tokens: TokenStream, matching: VectorMatching): void {
  if (tokens.accept('fill')) {
    const value = parseFillValue(tokens)
    matching.fill = { left: value, right: value }
    return
  }
  const first = tokens.accept('fill_left') ?? tokens.accept('fill_right')
  if (!first) return
  const side = first.kind === 'fill_left' ? 'left' : 'right'
  matching.fill[side] = parseFillValue(tokens)
  if (tokens.accept(side === 'left' ? 'fill_right' : 'fill_left')) {
    matching.fill[side === 'left' ? 'right' : 'left'] = parseFillValue(tokens)
  }
}

function parseFillValue(tokens: TokenStream): number {
  tokens.expect('(')
  const sign = tokens.accept('-') ?? tokens.accept('+')
  if (!tokens.at('number', 'duration')) tokens.unexpected()
  const { value } = parseNumberToken(tokens, tokens.next())
  tokens.expect(')')
  return sign?.kind === '-' ? -value : value
}
