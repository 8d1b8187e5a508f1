import { argument, mapFloats, scalarArgument, type VectorFunction } from './vector-function.ts'

const ELEMENTWISE: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  sqrt: Math.sqrt,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  rad: (value) => (value * Math.PI) / 180,
  deg: (value) => (value * 180) / Math.PI,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
}

const clamp = (bounds: 'both' | 'min' | 'max'): VectorFunction => {
  return async (call) => {
    const operand = await argument(call, 0)
    const lowest = bounds === 'max' ? undefined : await scalarArgument(call, 1)
    const highest = bounds === 'min' ? undefined : await scalarArgument(call, bounds === 'both' ? 2 : 1)
    for (const series of operand) {
      for (let step = 0; step < series.length; step++) {
        if ((highest?.[step] ?? Infinity) < (lowest?.[step] ?? -Infinity)) series.clear(step)
      }
    }
    return mapFloats(call, operand, (value, step) =>
      goMax(lowest?.[step] ?? -Infinity, goMin(highest?.[step] ?? Infinity, value)),
    )
  }
}

/** Go's math.Max and math.Min let an infinity win over NaN; JavaScript's do not. */
export function goMax(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b)
}

export function goMin(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b)
}

const round: VectorFunction = async (call) => {
  const operand = await argument(call, 0)
  const nearest = call.node.args.length > 1 ? await scalarArgument(call, 1) : undefined
  return mapFloats(call, operand, (value, step) => {
    const inverse = 1 / (nearest?.[step] ?? 1)
    return Math.floor(value * inverse + 0.5) / inverse
  })
}

export const MATH_FUNCTIONS: readonly (readonly [string, VectorFunction])[] = [
  ...Object.entries(ELEMENTWISE).map(([name, compute]): [string, VectorFunction] => [
    name,
    async (call) => mapFloats(call, await argument(call, 0), compute),
  ]),
  ['clamp', clamp('both')],
  ['clamp_min', clamp('min')],
  ['clamp_max', clamp('max')],
  ['round', round],
]
