// Relations between spans of one trace, by their nested set numbers. Spans outside the tree (zeros) are related to nothing.
import type { SpansetOperator } from '../traceql/operator.ts'
import type { SpanView } from '../fetch/span-view.ts'

type Related = (spans: readonly SpanView[]) => (span: SpanView) => boolean

/** For `base`, which spans of the right side are related to one of the left side. */
const relatedToLeft: Record<string, Related> = {
  '>': childOfSome,
  '<': parentOfSome,
  '>>': descendantOfSome,
  '<<': ancestorOfSome,
  '~': siblingOfSome,
}
const inverse: Record<string, string> = { '>': '<', '<': '>', '>>': '<<', '<<': '>>', '~': '~' }

/** The spans that `left operator right` gives. */
export function relate(operator: SpansetOperator, left: readonly SpanView[], right: readonly SpanView[]): SpanView[] {
  const base = operator.replace(/^[!&]/, '')
  const toLeft = relatedToLeft[base]?.(left)
  if (toLeft === undefined) throw new TypeError(`no relation ${operator}`)
  if (operator.startsWith('!')) return right.filter((span) => !toLeft(span))
  const matches = right.filter(toLeft)
  if (!operator.startsWith('&')) return matches
  const toRight = relatedToLeft[inverse[base] ?? '']?.(right) ?? (() => false)
  return [...new Set([...matches, ...left.filter(toRight)])]
}

function childOfSome(spans: readonly SpanView[]): (span: SpanView) => boolean {
  const lefts = new Set(spans.map((span) => span.nestedLeft).filter((number) => number > 0))
  return (span) => lefts.has(span.nestedParent)
}

function parentOfSome(spans: readonly SpanView[]): (span: SpanView) => boolean {
  const parents = new Set(spans.map((span) => span.nestedParent).filter((number) => number > 0))
  return (span) => parents.has(span.nestedLeft)
}

/** Sets are nested, so an ancestor is one that opens before and closes after: the running maximum of the ends tells. */
function descendantOfSome(spans: readonly SpanView[]): (span: SpanView) => boolean {
  const sorted = spans.filter((span) => span.nestedLeft > 0).sort((a, b) => a.nestedLeft - b.nestedLeft)
  const lefts = sorted.map((span) => span.nestedLeft)
  let furthest = 0
  const ends = sorted.map((span) => (furthest = Math.max(furthest, span.nestedRight)))
  return (span) => {
    const before = countBelow(lefts, span.nestedLeft)
    return span.nestedLeft > 0 && before > 0 && (ends[before - 1] ?? 0) > span.nestedRight
  }
}

function ancestorOfSome(spans: readonly SpanView[]): (span: SpanView) => boolean {
  const lefts = spans
    .map((span) => span.nestedLeft)
    .filter((number) => number > 0)
    .sort((a, b) => a - b)
  return (span) => span.nestedLeft > 0 && countBelow(lefts, span.nestedRight) > countBelow(lefts, span.nestedLeft + 1)
}

function siblingOfSome(spans: readonly SpanView[]): (span: SpanView) => boolean {
  const byParent = new Map<number, SpanView[]>()
  for (const span of spans) {
    if (span.nestedParent === 0) continue
    const siblings = byParent.get(span.nestedParent)
    if (siblings === undefined) byParent.set(span.nestedParent, [span])
    else siblings.push(span)
  }
  return (span) => {
    const siblings = byParent.get(span.nestedParent) ?? []
    return siblings.length > 1 || (siblings.length === 1 && siblings[0] !== span)
  }
}

/** How many of the ascending numbers are below the limit. */
function countBelow(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}
