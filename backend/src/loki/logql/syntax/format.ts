// The syntax tree back to text, in Loki's own spelling: for error messages, `format_query`, and cache keys.
import { formatByteSize } from './byte-size.ts'
import { formatGoDuration, formatPrometheusDuration } from './duration.ts'
import { formatGoFloat, formatPlainFloat, parseGoFloat } from './go-number.ts'
import { quoteGoString } from './go-string.ts'
import type {
  BinaryExpr,
  Expr,
  Grouping,
  LabelExtraction,
  LabelFilterExpr,
  LabelMatcher,
  LineFilterExpr,
  LogExpr,
  LogRangeExpr,
  NamedLabel,
  StageExpr,
  UnwrapExpr,
} from './ast.ts'

export function formatExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'log':
      return formatLog(expr)
    case 'literal':
      return formatGoFloat(expr.value)
    case 'vector':
      return `vector(${expr.value.toFixed(6)})`
    case 'range': {
      const parameter = expr.parameter === undefined ? '' : `${formatPlainFloat(parseGoFloat(expr.parameter) ?? 0)},`
      return `${expr.operation}(${parameter}${formatRange(expr.range)})${expr.grouping ? formatGrouping(expr.grouping) : ''}`
    }
    case 'vector-aggregation': {
      const hasGrouping = expr.grouping !== undefined && (expr.grouping.without || expr.grouping.labels.length > 0)
      const parameter = expr.parameter === undefined ? '' : `${Number(expr.parameter)},`
      const grouping = hasGrouping && expr.grouping ? formatGrouping(expr.grouping) : ''
      return `${expr.operation}${grouping}(${parameter}${formatExpr(expr.operand)})`
    }
    case 'binary':
      return `(${formatExpr(expr.left)} ${formatOperator(expr)} ${formatExpr(expr.right)})`
    case 'label-replace': {
      const texts = [expr.destination, expr.replacement, expr.source, expr.pattern].map(quoteGoString)
      return `label_replace(${formatExpr(expr.operand)},${texts.join(',')})`
    }
  }
}

export function formatLog(expr: LogExpr): string {
  const stages = formatStages(expr.stages)
  return formatSelector(expr.matchers) + (stages === '' ? '' : ` ${stages}`)
}

export function formatStages(stages: readonly StageExpr[]): string {
  return stages.map(formatStage).join(' ')
}

export function formatSelector(matchers: readonly LabelMatcher[]): string {
  return `{${matchers.map(formatMatcher).join(', ')}}`
}

export function formatMatcher({ name, operation, value }: LabelMatcher): string {
  return `${name}${operation}${quoteGoString(value)}`
}

function formatRange({ log, interval, offset, unwrap }: LogRangeExpr): string {
  const tail = offset === 0 ? '' : ` offset ${formatGoDuration(offset)}`
  return `${formatLog(log)}${unwrap ? ` ${formatUnwrap(unwrap).join(' ')}` : ''}[${formatPrometheusDuration(interval)}]${tail}`
}

/** The unwrap itself, then each filter behind it. */
export function formatUnwrap({ label, conversion, filters }: UnwrapExpr): string[] {
  const unwrap = conversion === undefined ? `| unwrap ${label}` : `| unwrap ${conversion}(${label})`
  return [unwrap, ...filters.map((filter) => `| ${formatLabelFilter(filter)}`)]
}

export function formatGrouping({ labels, without }: Grouping): string {
  return ` ${without ? 'without' : 'by'} (${labels.join(',')})`
}

export function formatOperator({ operation, returnBool, matching }: BinaryExpr, separator = ','): string {
  const group = { 'one-to-one': '', 'many-to-one': 'group_left', 'one-to-many': 'group_right' }[matching.cardinality]
  const include = matching.include === undefined ? group : `${group} (${matching.include.join(separator)})`
  const operator = returnBool ? `${operation} bool` : operation
  if (matching.labels === undefined) return operator
  return `${operator} ${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(separator)}) ${include}`
}

export function formatStage(stage: StageExpr): string {
  switch (stage.kind) {
    case 'line-filter':
      return formatLineFilter(stage)
    case 'json':
      return `| json${stage.extractions.length > 0 ? ` ${formatExtractions(stage.extractions)}` : ''}`
    case 'logfmt': {
      const words = ['| logfmt', stage.strict ? '--strict' : '', stage.keepEmpty ? '--keep-empty' : '']
      return [...words, formatExtractions(stage.extractions)].filter((word) => word !== '').join(' ')
    }
    case 'regexp':
    case 'pattern':
      return `| ${stage.kind} ${quoteGoString(stage.pattern)}`
    case 'unpack':
    case 'decolorize':
      return `| ${stage.kind}`
    case 'label-filter':
      return `| ${formatLabelFilter(stage.filter)}`
    case 'line-format':
      return `| line_format ${quoteGoString(stage.template)}`
    case 'label-format':
      return `| label_format ${stage.formats
        .map((format) => `${format.label}=${format.kind === 'rename' ? format.source : quoteGoString(format.template)}`)
        .join(',')}`
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels.map(formatNamedLabel).join(',')}`
  }
}

function formatNamedLabel({ name, matcher }: NamedLabel): string {
  return matcher ? formatMatcher(matcher) : name
}

function formatExtractions(extractions: readonly LabelExtraction[]): string {
  return extractions.map(({ label, expression }) => `${label}=${quoteGoString(expression)}`).join(',')
}

/** A negated filter with `or` is the same as one filter a term, and is written so. */
function formatLineFilter({ operation, terms }: LineFilterExpr): string {
  const texts = terms.map(({ text, isIp }) => (isIp ? `ip(${quoteGoString(text)})` : quoteGoString(text)))
  if (operation.startsWith('!')) return texts.map((text) => `${operation} ${text}`).join(' ')
  return `${operation} ${texts.join(' or ')}`
}

export function formatLabelFilter(filter: LabelFilterExpr): string {
  switch (filter.kind) {
    case 'string': {
      const { name, operation, value } = filter.matcher
      const isPattern = operation === '=~' || operation === '!~'
      return `${name}${operation}${isPattern && !value.includes('`') ? `\`${value}\`` : quoteGoString(value)}`
    }
    case 'number':
      return `${filter.name}${filter.comparison}${formatPlainFloat(filter.value)}`
    case 'duration':
      return `${filter.name}${filter.comparison}${formatGoDuration(filter.value)}`
    case 'bytes':
      return `${filter.name}${filter.comparison}${formatByteSize(filter.value)}`
    case 'ip':
      return `${filter.name}${filter.negated ? '!=' : '='}ip(${quoteGoString(filter.pattern)})`
    case 'and':
      return `( ${formatLabelFilter(filter.left)} , ${formatLabelFilter(filter.right)} )`
    case 'or':
      return `( ${formatLabelFilter(filter.left)} or ${formatLabelFilter(filter.right)} )`
  }
}
