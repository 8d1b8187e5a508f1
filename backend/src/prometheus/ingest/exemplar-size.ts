/** OpenMetrics: names and values of an exemplar's labels together. */
export const MAX_EXEMPLAR_CHARACTERS = 128

/** Code points, as the limit counts them. */
export function exemplarSize(labels: readonly (readonly [string, string])[]): number {
  return labels.reduce((sum, [name, value]) => sum + codePoints(name) + codePoints(value), 0)
}

function codePoints(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) count++
  return count
}
