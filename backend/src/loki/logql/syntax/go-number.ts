const decimal = /^[+-]?(\d(_?\d)*\.?(\d(_?\d)*)?|\.\d(_?\d)*)([eE][+-]?\d(_?\d)*)?$/
const hexadecimal = /^([+-]?)0[xX]_?([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?\d+)$/
const infinity = /^([+-]?)inf(inity)?$/i

/** Reads a float as Go's `strconv.ParseFloat` does; `undefined` where Go reports invalid syntax or an overflow. */
export function parseGoFloat(text: string): number | undefined {
  if (decimal.test(text)) {
    const value = Number(text.replaceAll('_', ''))
    return Number.isFinite(value) ? value : undefined
  }
  if (/^[+-]?nan$/i.test(text)) return text.length === 3 ? Number.NaN : undefined
  const infinite = infinity.exec(text)
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity
  return parseHexadecimal(text)
}

function parseHexadecimal(text: string): number | undefined {
  const match = hexadecimal.exec(text)
  if (!match) return undefined
  const [, sign, integer = '', fraction = '', exponent] = match
  const digits = (integer + fraction).replaceAll('_', '')
  if (digits === '') return undefined
  const fractionDigits = fraction.replaceAll('_', '').length
  const value = Number.parseInt(digits, 16) * 2 ** (Number(exponent) - 4 * fractionDigits)
  return sign === '-' ? -value : value
}

/** The text Go puts into the error of a failed `ParseFloat`. */
export function goFloatError(text: string): string {
  const reason = decimal.test(text) ? 'value out of range' : 'invalid syntax'
  return `strconv.ParseFloat: parsing ${JSON.stringify(text)}: ${reason}`
}

/** Formats as Go's `%v` of a float64: shortest digits, exponent below 1e-4 and from 1e21 on. */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e21)) return goExponent(value)
  return formatPlainFloat(value)
}

function goExponent(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`
}

/** Formats without exponent, as `strconv.FormatFloat(v, 'f', -1, 64)`: what Loki and Prometheus put into answers. */
export function formatPlainFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const text = String(value)
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!match) return Object.is(value, -0) ? '-0' : text
  const [, sign = '', first = '', fraction = '', exponentText = ''] = match
  const digits = first + fraction
  const exponent = Number(exponentText)
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  return sign + digits.padEnd(exponent + 1, '0')
}
