import { parseByteSize } from '../syntax/byte-size.ts'
import { parseGoDuration } from '../syntax/duration.ts'
import { asInteger, asString, lengthOf, toFloat, toInteger } from './conversion.ts'
import { foldDecimals } from './decimal.ts'
import type { TemplateFunction } from './functions.ts'
import { isList, isMap, typeName, type Value } from './value.ts'

function variadic(least: number, call: (...args: Value[]) => Value): TemplateFunction {
  return { least, most: Infinity, call }
}

function fixed(arity: number, call: (...args: Value[]) => Value): TemplateFunction {
  return { least: arity, most: arity, call }
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

function decimals(operation: 'add' | 'subtract' | 'multiply' | 'divide'): TemplateFunction {
  return variadic(1, (first, ...others) => foldDecimals(toFloat(first), others.map(toFloat), operation))
}

function divided(operation: (a: bigint, b: bigint) => bigint): TemplateFunction {
  return fixed(2, (a, b) => {
    if (toInteger(b) === 0n) throw new Error('runtime error: integer divide by zero')
    return wrap(operation(toInteger(a), toInteger(b)))
  })
}

function extreme(isBetter: (candidate: bigint, best: bigint) => boolean): TemplateFunction {
  return variadic(1, (...args) => args.map(toInteger).reduce((best, value) => (isBetter(value, best) ? value : best)))
}

/** Go refuses a float where a parameter is an `int`, before it calls. */
function integerArgument(value: Value): bigint {
  if (typeof value === 'number') throw new Error('wrong type for value; expected int; got float64')
  return asInteger(value)
}

function round(value: number, places: number, threshold: number): number {
  const factor = 10 ** places
  const scaled = factor * value
  const fraction = scaled - Math.trunc(scaled)
  return (fraction >= threshold ? Math.ceil(scaled) : Math.floor(scaled)) / factor
}

function index(start: Value, keys: readonly Value[]): Value {
  let value = start
  for (const key of keys) {
    if (isMap(value)) value = value.get(asString(key))
    else if (isList(value)) {
      const position = Number(asInteger(key))
      if (position < 0 || position >= value.length) throw new Error(`index out of range: ${position}`)
      value = value[position]
    } else if (typeof value === 'string') {
      const byte = Buffer.from(value)[Number(asInteger(key))]
      if (byte === undefined) throw new Error(`index out of range: ${Number(asInteger(key))}`)
      value = BigInt(byte)
    } else throw new Error(`can't index item of type ${typeName(value)}`)
  }
  return value
}

function slice(value: Value, from: Value, to: Value): Value {
  const start = from === undefined ? 0 : Number(asInteger(from))
  if (typeof value === 'string')
    return Buffer.from(value)
      .subarray(start, to === undefined ? undefined : Number(asInteger(to)))
      .toString()
  if (isList(value)) return value.slice(start, to === undefined ? undefined : Number(asInteger(to)))
  throw new Error(`can't slice item of type ${typeName(value)}`)
}

function seconds(text: string): number {
  return parseGoDuration(text) / 1e9
}

export const numberFunctions: Readonly<Record<string, TemplateFunction>> = {
  int: fixed(1, (value) => toInteger(value)),
  float64: fixed(1, (value) => toFloat(value)),
  add: variadic(0, (...args) => wrap(args.map(toInteger).reduce((sum, value) => sum + value, 0n))),
  sub: fixed(2, (a, b) => wrap(toInteger(a) - toInteger(b))),
  mul: variadic(1, (...args) => wrap(args.map(toInteger).reduce((product, value) => product * value, 1n))),
  div: divided((a, b) => a / b),
  mod: divided((a, b) => a % b),
  addf: variadic(0, (...args) => foldDecimals(0, args.map(toFloat), 'add')),
  subf: decimals('subtract'),
  mulf: decimals('multiply'),
  divf: decimals('divide'),
  max: extreme((candidate, best) => candidate > best),
  min: extreme((candidate, best) => candidate < best),
  maxf: variadic(1, (...args) => Math.max(...args.map(toFloat))),
  minf: variadic(1, (...args) => Math.min(...args.map(toFloat))),
  ceil: fixed(1, (value) => Math.ceil(toFloat(value))),
  floor: fixed(1, (value) => Math.floor(toFloat(value))),
  round: {
    least: 2,
    most: 3,
    call: (value, places, threshold) =>
      round(toFloat(value), Number(integerArgument(places)), threshold === undefined ? 0.5 : toFloat(threshold)),
  },
  bytes: fixed(1, (text) => parseByteSize(asString(text))),
  duration: fixed(1, (text) => seconds(asString(text))),
  duration_seconds: fixed(1, (text) => seconds(asString(text))),
  len: fixed(1, (value) => lengthOf(value)),
  index: variadic(1, (value, ...keys) => index(value, keys)),
  slice: { least: 1, most: 3, call: (value, from, to) => slice(value, from, to) },
}
