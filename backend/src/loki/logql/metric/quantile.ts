/** Linear between the two nearest samples; outside of [0, 1] it is infinite. `values` is sorted in place. */
export function quantile(q: number, values: Float64Array): number {
  if (values.length === 0) return Number.NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  // NaN counts as the lowest value, as Prometheus sorts it.
  values.sort((a, b) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b))
  const rank = q * (values.length - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(values.length - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return (values[lower] ?? 0) * (1 - weight) + (values[upper] ?? 0) * weight
}
