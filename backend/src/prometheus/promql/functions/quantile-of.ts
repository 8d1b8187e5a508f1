/** The q-quantile of plain values, linear between ranks; NaN counts as the smallest. */
export function quantileOf(q: number, values: Float64Array): number {
  return quantileOfSorted(q, Float64Array.from(values).sort())
}

/** Of values from the smallest to the largest, NaN last. */
export function quantileOfSorted(q: number, sorted: Float64Array): number {
  if (sorted.length === 0 || Number.isNaN(q)) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  // The order of typed arrays puts NaN last; Prometheus puts it first.
  let nans = 0
  while (nans < sorted.length && Number.isNaN(sorted[sorted.length - 1 - nans])) nans++
  const at = (rank: number) => (rank < nans ? NaN : (sorted[rank - nans] ?? NaN))
  const rank = q * (sorted.length - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(sorted.length - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  // Between infinities 0 * Infinity would be NaN.
  if (weight === 0) return at(lower)
  return at(lower) * (1 - weight) + at(upper) * weight
}
