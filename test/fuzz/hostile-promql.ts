import type { SeededRandom } from '../twins/prometheus/seeded-random.ts'

/** A query that costs much for its length: deep, long, wide in time, or with patterns that explode elsewhere. */
export function hostileQuery(random: SeededRandom, query: string): string {
  const many = random.pick([50, 1_000, 20_000])
  switch (random.between(0, 11)) {
    case 0:
      return `${'('.repeat(many)}${query}${')'.repeat(many)}`
    case 1:
      return `${'-'.repeat(many)}up`
    case 2:
      return Array.from({ length: Math.min(many, 2_000) }, () => query.slice(0, 40)).join(' + ')
    case 3:
      return `${'abs('.repeat(many)}up${')'.repeat(many)}`
    case 4:
      return `max_over_time((${query})[100d:1s])`
    case 5:
      return `sum_over_time(sum_over_time(sum_over_time(up[1h:1s])[1h:1s])[1h:1s])`
    case 6:
      return `{__name__=~"(a*)*b|(.+)+${'x?'.repeat(Math.min(many, 500))}"}`
    case 7:
      return `quantile(scalar(vector(2)), vector(1)) or max_over_time(quantile(time(), vector(1))[30d:1s])`
    case 8:
      return `label_replace(${query}, "a", "${'$1'.repeat(Math.min(many, 1_000))}", "job", "(.*)")`
    case 9:
      return `{__name__=~".+"} * on () group_left () {__name__=~".+"}`
    case 10:
      return `count_values("v", {__name__=~".+"} @ 1e300) or up offset ${'9'.repeat(20)}y`
    default:
      return `sum by (${Array.from({ length: Math.min(many, 5_000) }, (_, i) => `l${i}`).join(',')}) (${query})`
  }
}
