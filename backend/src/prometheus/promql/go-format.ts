/** Go's `%g` of a float64: shortest digits, an exponent below 1e-4 and from 1e+06 on. */
export function formatG(value: number): string {
  const special = formatSpecial(value)
  if (special !== undefined) return special
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (value !== 0 && (exponent < -4 || exponent >= 6)) {
    return `${mantissa}e${goExponent(exponent)}`
  }
  return plain(value)
}

/** The text of a sample value in JSON answers. */
export function formatSampleValue(value: number): string {
  const special = formatSpecial(value)
  if (special !== undefined) return special
  return goExponents(String(Object.is(value, -0) ? '-0' : value))
}

/** Go's `strconv.FormatFloat(v, 'f', -1, 64)`: never an exponent. */
export function formatPlain(value: number): string {
  return formatSpecial(value) ?? plain(value)
}

function formatSpecial(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return undefined
}

function plain(value: number): string {
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa = '', exponentText = '0'] = text.split('e')
  const exponent = Number(exponentText)
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`
  return `${sign}${whole}${fraction.padEnd(exponent, '0')}`
}

function goExponents(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function goExponent(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
