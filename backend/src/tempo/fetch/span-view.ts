import type { BoundTable } from './bound-table.ts'
import type { TraceView } from './trace-view.ts'

/** A span of a trace that is being looked at: a row, its table, and its place in the tree. */
export class SpanView {
  readonly trace: TraceView
  readonly bound: BoundTable
  readonly row: number
  // Nested sets: 0 where the tree does not reach; a root's parent is -1.
  nestedLeft = 0
  nestedRight = 0
  nestedParent = 0
  childCount = 0

  constructor(trace: TraceView, bound: BoundTable, row: number) {
    this.trace = trace
    this.bound = bound
    this.row = row
  }

  get startMs(): number {
    return this.bound.table.spans.start.ms.at(this.row)
  }

  get startNs(): number {
    return this.bound.table.spans.start.ns.at(this.row)
  }

  get startUnixNano(): bigint {
    return this.bound.table.startUnixNano(this.row)
  }

  get endUnixNano(): bigint {
    return this.bound.table.endUnixNano(this.row)
  }

  get durationNs(): number {
    return this.bound.table.durationNs(this.row)
  }

  get name(): string {
    return this.bound.table.texts.at(this.bound.table.spans.name.at(this.row))
  }

  get serviceName(): string {
    return this.bound.table.serviceName(this.row)
  }

  get spanId(): string {
    return this.bound.table.spanId(this.row)
  }

  get parentSpanId(): string {
    return this.bound.table.parentSpanId(this.row)
  }

  get kindCode(): number {
    return this.bound.table.spans.kind.at(this.row)
  }

  get statusCode(): number {
    return this.bound.table.spans.status.at(this.row)
  }

  get isRoot(): boolean {
    const { parentHigh, parentLow } = this.bound.table.spans
    return parentHigh.at(this.row) === 0 && parentLow.at(this.row) === 0
  }
}
