// Requests whose answers differ for reasons that docs/differences.md gives. A twin run counts them apart, so that its exit code says
// whether something else differs.
export function knownDifference(path: string): string | undefined {
  const { pathname, searchParams } = new URL(path, 'http://twin')
  const query = searchParams.get('q') ?? ''
  return known.find(({ pathname: where, query: what }) => where.test(pathname) && what.test(query))?.why
}

interface Known {
  pathname: RegExp
  query: RegExp
  why: string
}

const anywhere = /^/
const known: Known[] = [
  { pathname: anywhere, query: /childCount/, why: 'children of spans without root' },
  { pathname: anywhere, query: /&<<|&>>/, why: 'the number of spans of a union of relations' },
  { pathname: /metrics/, query: /sum_over_time\((?!duration\))/, why: 'sums of spans without the value' },
  { pathname: /metrics/, query: /quantile_over_time\(traceDuration/, why: 'quantiles of the duration of a trace' },
  { pathname: /metrics/, query: /traceDuration.*by \(traceDuration/, why: 'grouped by the duration of a trace' },
  {
    pathname: /tag\/(kind|status|duration|traceDuration)\/values/,
    query: /\S/,
    why: 'values of intrinsics beside a filter',
  },
  {
    pathname: /tag\/(span%3A|trace%3A)?(kind|status|duration|traceDuration)\/values/,
    query: anywhere,
    why: 'values of intrinsics out of blocks',
  },
  { pathname: /tag\/\.[^/]+\/values/, query: /\S/, why: 'values of an attribute without scope beside a filter' },
  {
    pathname: /api\/search$/,
    query: /by\((rootName|rootServiceName)\)|(!\(|\|\|).*root(Service)?Name|root(Service)?Name.*\|\|/,
    why: 'names of the root that is grouped by',
  },
  {
    pathname: /metrics/,
    query: /\.delays\s*[<>=!]|[<>=]\s*\w*\.delays/,
    why: 'a condition on an array of numbers',
  },
  {
    pathname: /metrics/,
    query: /by \(.*(delays|tags|shards)/,
    why: 'grouped by an array',
  },
  { pathname: /search\/tag/, query: /span:parentID|link:(spanID|traceID)/, why: 'tag filters on ids' },
  { pathname: /search\/tag/, query: /service\.name\s*[<>]=?\s*"/, why: 'tag filters that order texts' },
  { pathname: /search\/tag/, query: /!= nil|service\.name\s*[<>!=]+\s*\d/, why: 'filters that Tempo takes for true' },
]
