import type { SpanNode, TraceTree } from './trace-tree.ts'
import { endTime } from './trace-tree.ts'

export interface PathSegment {
  spanId: string
  fromUnixNano: bigint
  toUnixNano: bigint
}

/**
 * The chain of work that decided how long the trace took: shorten anything on it and the trace gets shorter. Walks back
 * from the end of the longest root; at each moment the child that finished last is what the span was waiting for, and
 * where no child ran, the span itself was at work. (The method of Jaeger's critical path: children that outlive their
 * parent are cut at its end, since the parent did not wait for them.)
 */
export function criticalPath(tree: TraceTree): PathSegment[] {
  const root = tree.roots.reduce<SpanNode | undefined>(
    (longest, node) => (longest === undefined || node.span.durationNano > longest.span.durationNano ? node : longest),
    undefined,
  )
  if (root === undefined) return []
  const segments: PathSegment[] = []
  const stack: { node: SpanNode; until: bigint }[] = [{ node: root, until: endTime(root.span) }]
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { node, until } = visit
    let cursor = until
    const children = node.children.toSorted((a, b) => (endTime(a.span) < endTime(b.span) ? 1 : -1))
    for (const child of children) {
      const childStart = child.span.startTimeUnixNano
      if (childStart >= cursor || childStart < node.span.startTimeUnixNano) continue
      const ended = endTime(child.span) < until ? endTime(child.span) : until
      if (ended > cursor + slack(child)) continue // Ran beside what we already wait for.
      const childEnd = ended < cursor ? ended : cursor
      if (cursor > childEnd) segments.push({ spanId: node.span.spanId, fromUnixNano: childEnd, toUnixNano: cursor })
      stack.push({ node: child, until: childEnd })
      cursor = childStart
    }
    if (cursor > node.span.startTimeUnixNano) {
      segments.push({ spanId: node.span.spanId, fromUnixNano: node.span.startTimeUnixNano, toUnixNano: cursor })
    }
  }
  return segments.sort((a, b) => (a.fromUnixNano < b.fromUnixNano ? -1 : 1))
}

/**
 * Calls made one after the other overlap a little: a client notes the end of a call a moment after its answer let the next
 * one start (pg: up to 7 % seen), and JavaScript SDKs take a span's start from a clock that counts milliseconds. So a tenth
 * of the call, or a millisecond, is still "one after the other", but never more than half of it.
 */
function slack({ span }: SpanNode): bigint {
  const tenth = span.durationNano / 10n
  const jitter = tenth > 1_000_000n ? tenth : 1_000_000n
  const half = span.durationNano / 2n
  return jitter < half ? jitter : half
}
