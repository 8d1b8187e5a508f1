/** What a token is. Keywords and operators are their own kind; `describe` renders one as Prometheus' messages do. */
export type TokenKind =
  | 'eof'
  | 'error'
  | 'identifier'
  | 'metricIdentifier'
  | 'string'
  | 'number'
  | 'duration'
  | Punctuation
  | Operator
  | Aggregator
  | Keyword
  | Preprocessor

export type Punctuation = '(' | ')' | '{' | '}' | '[' | ']' | ',' | '=' | ':'
export type Operator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | '=='
  | '!='
  | '<='
  | '<'
  | '>='
  | '>'
  | '</'
  | '>/'
  | '=~'
  | '!~'
  | '@'
  | 'and'
  | 'or'
  | 'unless'
  | 'atan2'
export type Aggregator =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'count_values'
  | 'quantile'
  | 'limitk'
  | 'limit_ratio'
export type Keyword =
  | 'offset'
  | 'smoothed'
  | 'anchored'
  | 'by'
  | 'without'
  | 'on'
  | 'ignoring'
  | 'group_left'
  | 'group_right'
  | 'fill'
  | 'fill_left'
  | 'fill_right'
  | 'bool'
export type Preprocessor = 'start' | 'end' | 'step' | 'range' | 'max_of' | 'min_of'

export type Token = { readonly kind: TokenKind; readonly start: number; readonly end: number; readonly text: string }

const AGGREGATORS = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
] as const satisfies readonly Aggregator[]
const WORD_OPERATORS = ['and', 'or', 'unless', 'atan2'] as const satisfies readonly Operator[]
const KEYWORDS = [
  'offset',
  'smoothed',
  'anchored',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'fill',
  'fill_left',
  'fill_right',
  'bool',
] as const satisfies readonly Keyword[]
const PREPROCESSORS = ['start', 'end', 'step', 'range', 'max_of', 'min_of'] as const satisfies readonly Preprocessor[]

const WORDS: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ...[...AGGREGATORS, ...WORD_OPERATORS, ...KEYWORDS, ...PREPROCESSORS].map((word) => [word, word] as const),
  ['inf', 'number'],
  ['nan', 'number'],
])

const aggregatorSet: ReadonlySet<string> = new Set(AGGREGATORS)
const keywordSet: ReadonlySet<string> = new Set(KEYWORDS)
const operatorSet: ReadonlySet<string> = new Set([
  ...WORD_OPERATORS,
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '!=',
  '<=',
  '<',
  '>=',
  '>',
  '</',
  '>/',
  '=~',
  '!~',
  '@',
])

export function wordKind(word: string): TokenKind | undefined {
  return WORDS.get(word.toLowerCase())
}

export function isAggregator(kind: TokenKind): kind is Aggregator {
  return aggregatorSet.has(kind)
}

/** Words that are also metric names where a metric may stand. */
export function canNameMetric(kind: TokenKind): boolean {
  if (kind === 'identifier' || kind === 'metricIdentifier') return true
  return WORDS.has(kind) && !['atan2', 'bool', 'on', 'ignoring', 'group_left', 'group_right'].includes(kind)
}

export function canNameGroupingLabel(kind: TokenKind): boolean {
  return kind === 'identifier' || kind === 'metricIdentifier' || WORDS.has(kind)
}

/** How Prometheus names a token that it did not expect. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'eof':
      return 'end of input'
    case 'identifier':
      return `identifier ${JSON.stringify(token.text)}`
    case 'metricIdentifier':
      return `metric identifier ${JSON.stringify(token.text)}`
    case 'string':
    case 'number':
    case 'duration':
      return `${token.kind} ${shortened(token.text)}`
    default:
      if (keywordSet.has(token.kind)) return `<${token.text}>`
      if (operatorSet.has(token.kind)) return `<op:${token.text}>`
      if (aggregatorSet.has(token.kind)) return `<aggr:${token.text}>`
      return shortened(token.text)
  }
}

function shortened(text: string): string {
  return text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text)
}
