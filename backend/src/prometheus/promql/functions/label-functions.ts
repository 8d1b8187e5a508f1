import { compileRegexp, RegexpError } from '../../../regexp/index.ts'
import { isValidLabelName, type Labels, METRIC_NAME } from '../../labels/labels.ts'
import { PromqlExecutionError } from '../errors.ts'
import { mergeSameLabels } from '../eval/merge-series.ts'
import type { Series } from '../eval/series.ts'
import { argument, stringArgument, type VectorCall, type VectorFunction } from './vector-function.ts'

/** A float and its kind. */
const BYTES_PER_STEP = 9

const labelReplace: VectorFunction = async (call) => {
  const [target, replacement, source, pattern] = [1, 2, 3, 4].map((n) => stringArgument(call.node, n))
  if (target === undefined || replacement === undefined || source === undefined || pattern === undefined) {
    throw new TypeError('label_replace has four strings')
  }
  const regexp = compile(pattern)
  requireLabelName(target, `invalid destination label name in label_replace(): ${target}`)
  return await relabel(call, target, (labels) => {
    const value = labels.get(source)
    return regexp.test(value) ? regexp.replaceAll(value, replacement) : undefined
  })
}

function compile(pattern: string) {
  try {
    return compileRegexp(`(?s:${pattern})`, { anchored: true })
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error
    throw new PromqlExecutionError(`invalid regular expression in label_replace(): ${pattern}`)
  }
}

const labelJoin: VectorFunction = async (call) => {
  const target = stringArgument(call.node, 1)
  const separator = stringArgument(call.node, 2)
  const sources = call.node.args.slice(3).map((_, i) => stringArgument(call.node, i + 3))
  for (const source of sources) requireLabelName(source, `invalid source label name in label_join(): ${source}`)
  requireLabelName(target, `invalid destination label name in label_join(): ${target}`)
  return await relabel(call, target, (labels) => sources.map((source) => labels.get(source)).join(separator))
}

async function relabel(
  call: VectorCall,
  target: string,
  valueOf: (labels: Labels) => string | undefined,
): Promise<Series[]> {
  const operand = await argument(call, 0)
  const { context } = call.evaluator
  for (const series of operand) {
    const pause = context.pause()
    if (pause) await pause
    const value = valueOf(series.labels)
    if (value === undefined) continue
    // Nested calls can double a text each: held before it is put into labels, which spell it a second time as their key.
    context.hold(Math.ceil((2 * value.length) / BYTES_PER_STEP))
    series.labels = series.labels.with({ [target]: value })
    if (target === METRIC_NAME) series.dropName = false
  }
  return mergeSameLabels(operand)
}

function requireLabelName(name: string, reason: string): void {
  if (!isValidLabelName(name)) throw new PromqlExecutionError(reason)
}

export const LABEL_FUNCTIONS: readonly (readonly [string, VectorFunction])[] = [
  ['label_replace', labelReplace],
  ['label_join', labelJoin],
]
