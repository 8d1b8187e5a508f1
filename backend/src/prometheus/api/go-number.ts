/** Go's strconv.ParseFloat for what stands in parameters: decimal and hexadecimal, underscores between digits, NaN, Inf. */
export function parseGoFloat(text: string): number | undefined {
  const special = /^(?:nan|([+-]?)inf(?:inity)?)$/i.exec(text)
  if (special) return special[1] === undefined ? NaN : special[1] === '-' ? -Infinity : Infinity
  const plain = withoutUnderscores(text)
  if (plain === undefined) return undefined
  const value = hexadecimal(plain) ?? decimal(plain)
  // Beyond the largest float64 is an error, not infinity.
  return value === undefined || Number.isFinite(value) ? value : undefined
}

/** Go's strconv.Atoi. @throws RangeError with Go's words. */
export function parseGoInteger(text: string): number {
  const fault = (what: string) => new RangeError(`strconv.Atoi: parsing ${JSON.stringify(text)}: ${what}`)
  if (!/^[+-]?\d+$/.test(text)) throw fault('invalid syntax')
  const value = BigInt(text.replace(/^\+/, ''))
  if (value > 2n ** 63n - 1n || value < -(2n ** 63n)) throw fault('value out of range')
  return Number(value)
}

function decimal(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** 0x1.8p3: the exponent is of two, and must be there. */
function hexadecimal(text: string): number | undefined {
  const [, sign, whole = '', fraction = '', exponent] =
    /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(text) ?? []
  const digits = whole + fraction
  if (exponent === undefined || digits === '') return undefined
  const value = Number(`0x${digits}`) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -value : value
}

function withoutUnderscores(text: string): string | undefined {
  if (!text.includes('_')) return text
  const separated = /^[+-]?(?:0x_?)?[0-9a-f]+(?:_[0-9a-f]+)*/i
  if (!separated.test(text) || /_(?![0-9a-f])|(?<![0-9a-fx])_/i.test(text)) return undefined
  return text.replaceAll('_', '')
}
