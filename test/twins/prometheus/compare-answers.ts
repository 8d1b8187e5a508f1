export type Answer = { status: number; body: unknown }

/** Sums are compensated on both sides, but logarithms, powers and sines differ in their last bits between Go and V8. */
const RELATIVE_TOLERANCE = 1e-9
/** Differences of nearly equal numbers keep the absolute error of the numbers. */
const ABSOLUTE_TOLERANCE = 1e-12

/** Where two answers of the HTTP API part, as one line; `undefined` where they say the same. */
export function differenceOf(real: Answer, ours: Answer, { ordered }: { ordered: boolean }): string | undefined {
  // An exemplar query without selectors: nothing at all, where ours is an empty list.
  if (real.status === 204) return undefined
  if (real.status !== ours.status)
    return `status ${real.status}, ours ${ours.status}: ${brief(real.body)} | ${brief(ours.body)}`
  return compare(normalised(real.body, ordered), normalised(ours.body, ordered), '')
}

/** Results by their labels, where order means nothing; annotations as a set. */
function normalised(body: unknown, ordered: boolean): unknown {
  if (!isRecord(body)) return body
  const out: Record<string, unknown> = { ...body }
  for (const name of ['warnings', 'infos']) {
    const list = out[name]
    // Prometheus adds a count to itself when it merges annotations, up to billions.
    if (Array.isArray(list)) out[name] = list.map((text) => String(text).replace(/over \d+ samples/, '')).toSorted()
  }
  // Which of several offending series it names depends on the order of the index.
  if (typeof out['error'] === 'string')
    out['error'] = out['error'].replace(/duplicate series for the match group.*/s, '')
  // Broken numbers: Prometheus reads on to where its scanner stops, ours says where the number ends.
  if (/strconv\.ParseFloat|bad number or duration syntax/.test(String(out['error']))) delete out['error']
  const data = out['data']
  // In the order of its index; ours are sorted.
  if (Array.isArray(data)) out['data'] = data.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1))
  if (ordered || !isRecord(data)) return out
  const result = data['result']
  if (data['resultType'] === 'vector' && Array.isArray(result))
    out['data'] = { ...data, result: result.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }
  return out
}

function textOf(value: unknown): string {
  return isRecord(value)
    ? JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(value)
}

function keyOf(series: unknown): string {
  const metric = isRecord(series) ? series['metric'] : undefined
  return textOf(metric)
}

function compare(real: unknown, ours: unknown, path: string): string | undefined {
  if (Array.isArray(real) && Array.isArray(ours)) {
    if (real.length !== ours.length)
      return `${path}: ${real.length} entries, ours ${ours.length}: ${brief(real)} | ${brief(ours)}`
    return firstOf(real, (value, i) => compare(value, ours[i], `${path}[${i}]`))
  }
  if (isRecord(real) && isRecord(ours)) {
    const names = [...new Set([...Object.keys(real), ...Object.keys(ours)])]
    return firstOf(names, (name) => compare(real[name], ours[name], `${path}.${name}`))
  }
  if (real === ours || (typeof real === 'string' && typeof ours === 'string' && nearlyEqual(real, ours)))
    return undefined
  return `${path}: ${brief(real)}, ours ${brief(ours)}`
}

function firstOf<T>(list: readonly T[], check: (one: T, i: number) => string | undefined): string | undefined {
  for (const [i, one] of list.entries()) {
    const difference = check(one, i)
    if (difference !== undefined) return difference
  }
  return undefined
}

function nearlyEqual(real: string, ours: string): boolean {
  const [a, b] = [Number(real), Number(ours)]
  if (real === '' || ours === '') return false
  if (Number.isNaN(a) && Number.isNaN(b)) return rounded(real) === rounded(ours)
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false
  return Math.abs(a - b) <= Math.max(Math.abs(a) * RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE)
}

/** Histograms as label values (count_values): bounds of buckets differ in their last digit. */
function rounded(text: string): string {
  return text.replace(/-?\d+\.\d+(?:e[+-]\d+)?/g, (number) => Number(number).toPrecision(9))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 260 ? `${text.slice(0, 260)}...` : text
}
