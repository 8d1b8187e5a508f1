/**
 * Exact decimal arithmetic on floats taken by their shortest text, so that 0.1 + 0.2 is 0.3: the float functions of
 * templates compute that way (github.com/shopspring/decimal).
 */
interface Decimal {
  readonly coefficient: bigint
  /** Digits behind the point. */
  readonly scale: number
}

const divisionDigits = 16

export function foldDecimals(
  first: number,
  others: readonly number[],
  operation: 'add' | 'subtract' | 'multiply' | 'divide',
): number {
  const steps = { add, subtract, multiply, divide }
  return toNumber(others.reduce((total, value) => steps[operation](total, fromNumber(value)), fromNumber(first)))
}

function fromNumber(value: number): Decimal {
  if (!Number.isFinite(value)) throw new Error(`Cannot create a Decimal from ${value}`)
  const [digits = '0', exponent = '0'] = value.toString().split('e')
  const [integer = '0', fraction = ''] = digits.split('.')
  const scale = fraction.length - Number(exponent)
  const coefficient = BigInt(integer + fraction)
  return scale >= 0 ? { coefficient, scale } : { coefficient: coefficient * 10n ** BigInt(-scale), scale: 0 }
}

function toNumber({ coefficient, scale }: Decimal): number {
  return Number(`${coefficient}e-${scale}`)
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.coefficient * 10n ** BigInt(scale - a.scale), b.coefficient * 10n ** BigInt(scale - b.scale), scale]
}

function add(a: Decimal, b: Decimal): Decimal {
  const [left, right, scale] = aligned(a, b)
  return { coefficient: left + right, scale }
}

function subtract(a: Decimal, b: Decimal): Decimal {
  const [left, right, scale] = aligned(a, b)
  return { coefficient: left - right, scale }
}

function multiply(a: Decimal, b: Decimal): Decimal {
  return { coefficient: a.coefficient * b.coefficient, scale: a.scale + b.scale }
}

function divide(a: Decimal, b: Decimal): Decimal {
  if (b.coefficient === 0n) throw new Error('decimal division by 0')
  const [left, right] = aligned(a, b)
  const scaled = left * 10n ** BigInt(divisionDigits)
  const quotient = scaled / right
  const remainder = scaled % right
  const isHalf = 2n * (remainder < 0n ? -remainder : remainder) >= (right < 0n ? -right : right)
  const sign = scaled < 0n === right < 0n ? 1n : -1n
  return { coefficient: isHalf ? quotient + sign : quotient, scale: divisionDigits }
}
