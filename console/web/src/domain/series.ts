/** One line of a chart: `[milliseconds, value]`, ascending. */
export interface Series {
  labels: Record<string, string>
  points: readonly (readonly [timestampMs: number, value: number])[]
}

/** `name{a="b"}` as PromQL writes it. */
export function seriesName({ __name__: name = '', ...labels }: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return pairs.length === 0 ? name || 'value' : `${name}{${pairs.join(', ')}}`
}

/**
 * Names with only what tells the series apart: three series of one service differ in `route`, so the legend says the route.
 * A label is left out only where every series has it with one value.
 */
export function distinctNames(all: readonly Record<string, string>[]): string[] {
  if (all.length < 2) return all.map(seriesName)
  const keys = [...new Set(all.flatMap((labels) => Object.keys(labels)))]
  const telling = keys.filter((key) => new Set(all.map((labels) => labels[key])).size > 1)
  return all.map((labels) => {
    const pairs = telling.filter((key) => labels[key] !== undefined).map((key) => [key, labels[key] ?? ''] as const)
    const [only] = pairs
    if (pairs.length === 1 && only !== undefined) return only[1] || seriesName(labels)
    return pairs.length === 0 ? seriesName(labels) : pairs.map(([key, value]) => `${key}=${value}`).join(' ')
  })
}

/** About one point for every three pixels, never finer than a second, on a step a person would choose. */
export function chooseStepMs(rangeMs: number, widthPx: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]
  const wanted = rangeMs / 1000 / Math.max(50, widthPx / 3)
  return (steps.find((step) => step >= wanted) ?? 86_400) * 1000
}
