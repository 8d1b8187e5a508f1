import { comparisonFunctions } from './functions-comparison.ts'
import { numberFunctions } from './functions-number.ts'
import { stringFunctions } from './functions-string.ts'
import { timeFunctions } from './functions-time.ts'
import type { EntryContext } from './execution.ts'
import { GoTime } from './go-time.ts'
import { TemplateError } from './template-error.ts'
import { localZone } from './time-zone.ts'
import { isTrue, type Value } from './value.ts'

/** Arguments are evaluated; the count is within `[least, most]`. */
export interface TemplateFunction {
  readonly least: number
  readonly most: number
  readonly call: (...args: Value[]) => Value
}

const functions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ...Object.entries(stringFunctions),
  ...Object.entries(numberFunctions),
  ...Object.entries(comparisonFunctions),
  ...Object.entries(timeFunctions),
])

export const functionNames: ReadonlySet<string> = new Set([
  ...functions.keys(),
  'and',
  'or',
  '__line__',
  '__timestamp__',
])

/** Throws `TemplateError` for a wrong count of arguments and whatever the function throws. */
export function callFunction(name: string, args: readonly (() => Value)[], context: EntryContext): Value {
  if (name === 'and' || name === 'or') return shortCircuit(name, args)
  if (name === '__line__') return context.line
  if (name === '__timestamp__') {
    return new GoTime(BigInt(context.timestamp.ms) * 1_000_000n + BigInt(context.timestamp.ns), localZone())
  }
  const definition = functions.get(name)
  if (definition === undefined) throw new TemplateError(`function "${name}" not defined`)
  if (args.length < definition.least || args.length > definition.most) {
    const atLeast =
      definition.most === definition.least ? '' : args.length < definition.least ? 'at least ' : 'at most '
    const want = args.length < definition.least ? definition.least : definition.most
    throw new TemplateError(`wrong number of args for ${name}: want ${atLeast}${want} got ${args.length}`)
  }
  return definition.call(...args.map((evaluate) => evaluate()))
}

/** `and` and `or` give the argument that decides and do not evaluate those behind it. */
function shortCircuit(name: 'and' | 'or', args: readonly (() => Value)[]): Value {
  if (args.length === 0) throw new TemplateError(`wrong number of args for ${name}: want at least 1 got 0`)
  let value: Value
  for (const evaluate of args) {
    value = evaluate()
    if (isTrue(value) === (name === 'or')) break
  }
  return value
}
