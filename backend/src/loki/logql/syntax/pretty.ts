// The layout of `logcli fmt` and `format_query`: what fits into a line stays in one, longer parts are broken at their arguments.
import type { Expr, Grouping, LogExpr, LogRangeExpr, StageExpr } from './ast.ts'
import { formatPrometheusDuration } from './duration.ts'
import { formatExpr, formatOperator, formatSelector, formatStage, formatUnwrap } from './format.ts'
import { formatGoFloat, parseGoFloat } from './go-number.ts'
import { quoteGoString } from './go-string.ts'

const maxLineLength = 100

export function prettyExpr(expr: Expr, level = 0): string {
  const line = formatExpr(expr)
  if (line.length <= maxLineLength) return indent(level) + line
  switch (expr.kind) {
    case 'log':
      return prettyLog(expr, level)
    case 'range': {
      const parameter =
        expr.parameter === undefined ? [] : [indent(level + 1) + formatGoFloat(parseGoFloat(expr.parameter) ?? 0)]
      const grouping = expr.grouping ? prettyGrouping(expr.grouping) : ''
      return `${call(expr.operation, [...parameter, prettyRange(expr.range, level + 1)], level)}${grouping}`
    }
    case 'vector-aggregation': {
      const parameter = expr.parameter === undefined ? [] : [indent(level + 1) + String(Number(expr.parameter))]
      const name = expr.operation + (expr.grouping ? prettyGrouping(expr.grouping) : '')
      return call(name, [...parameter, prettyExpr(expr.operand, level + 1)], level)
    }
    case 'label-replace': {
      const texts = [expr.destination, expr.replacement, expr.source, expr.pattern]
      return call(
        'label_replace',
        [prettyExpr(expr.operand, level + 1), ...texts.map((text) => indent(level + 1) + quoteGoString(text))],
        level,
      )
    }
    case 'binary': {
      const [left, right] = [prettyExpr(expr.left, level + 1), prettyExpr(expr.right, level + 1)]
      return `${left}\n${indent(level)}${formatOperator(expr, ', ')}\n${right}`
    }
    default:
      return indent(level) + line
  }
}

function call(name: string, args: readonly string[], level: number): string {
  return `${indent(level)}${name}(\n${args.join(',\n')}\n${indent(level)})`
}

function prettyLog(expr: LogExpr, level: number): string {
  const line = formatExpr(expr)
  if (line.length <= maxLineLength) return indent(level) + line
  const stages = expr.stages.map((stage) => prettyStage(stage, level + 1))
  return [indent(level) + formatSelector(expr.matchers), ...stages].join('\n')
}

/** Loki leaves `decolorize` at the margin. */
function prettyStage(stage: StageExpr, level: number): string {
  return stage.kind === 'decolorize' ? formatStage(stage) : indent(level) + formatStage(stage)
}

function prettyRange({ log, interval, offset, unwrap }: LogRangeExpr, level: number): string {
  const unwrapLines = unwrap === undefined ? [] : formatUnwrap(unwrap).map((line) => indent(level + 1) + line)
  const tail = offset === 0 ? '' : ` offset ${formatPrometheusDuration(offset)}`
  return `${[prettyLog(log, level), ...unwrapLines].join('\n')} [${formatPrometheusDuration(interval)}]${tail}`
}

function prettyGrouping({ labels, without }: Grouping): string {
  if (labels.length === 0) return without ? ' without' : ''
  return ` ${without ? 'without' : 'by'} (${labels.join(', ')})`
}

function indent(level: number): string {
  return '  '.repeat(level)
}
