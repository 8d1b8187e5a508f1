import { SpanView } from './span-view.ts'
import { assignNestedSets } from './nested-sets.ts'
import type { BoundTable } from './bound-table.ts'

export interface ServiceStats {
  spanCount: number
  errorCount: number
}

export interface TracePart {
  bound: BoundTable
  rows: readonly number[]
}

const errorStatus = 2

/** One trace with all its spans in the order they came, wherever they lie; what concerns the whole trace is worked out when asked for. */
export class TraceView {
  readonly spans: SpanView[]
  #root: SpanView | undefined | null
  #stats: Map<string, ServiceStats> | undefined
  #start: bigint | undefined
  #end: bigint | undefined
  #nested = false

  constructor(parts: readonly TracePart[]) {
    this.spans = parts.flatMap(({ bound, rows }) => rows.map((row) => new SpanView(this, bound, row)))
    if (parts.length > 1) this.spans = withoutRepeats(this.spans)
  }

  get traceId(): string {
    const [first] = this.spans
    return first === undefined ? '' : first.bound.table.traceId(first.bound.table.spans.trace.at(first.row))
  }

  /** Of several spans without parent, the one that came last, as in Tempo. */
  get root(): SpanView | undefined {
    if (this.#root === undefined) this.#root = this.spans.findLast((span) => span.isRoot) ?? null
    return this.#root ?? undefined
  }

  get rootName(): string {
    return this.root?.name ?? ''
  }

  get rootService(): string {
    return this.root?.serviceName ?? ''
  }

  get startUnixNano(): bigint {
    return (this.#start ??= earliest(this.spans)?.startUnixNano ?? 0n)
  }

  get endUnixNano(): bigint {
    return (this.#end ??= this.spans.reduce((end, span) => (span.endUnixNano > end ? span.endUnixNano : end), 0n))
  }

  get durationNs(): number {
    return Number(this.endUnixNano - this.startUnixNano)
  }

  get serviceStats(): ReadonlyMap<string, ServiceStats> {
    if (this.#stats === undefined) {
      this.#stats = new Map()
      for (const span of this.spans) {
        const stats = this.#stats.get(span.serviceName) ?? { spanCount: 0, errorCount: 0 }
        stats.spanCount++
        if (span.statusCode === errorStatus) stats.errorCount++
        this.#stats.set(span.serviceName, stats)
      }
    }
    return this.#stats
  }

  /** Numbers the tree, once; spans that hang on no root keep zeros. */
  ensureTree(): void {
    if (this.#nested) return
    this.#nested = true
    assignNestedSets(this.spans)
  }
}

function earliest(spans: readonly SpanView[]): SpanView | undefined {
  let first = spans[0]
  for (const span of spans) {
    if (
      first === undefined ||
      span.startMs < first.startMs ||
      (span.startMs === first.startMs && span.startNs < first.startNs)
    )
      first = span
  }
  return first
}

/** A span that was sent again after its block was sealed lies in two tables. */
function withoutRepeats(spans: readonly SpanView[]): SpanView[] {
  const seen = new Set<string>()
  return spans.filter((span) => {
    const key = `${span.spanId} ${span.kindCode}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
