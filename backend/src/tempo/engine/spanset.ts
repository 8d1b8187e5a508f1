import type { SpanView } from '../fetch/span-view.ts'
import type { Static } from '../traceql/static.ts'

/** Spans of one trace that belong together in an answer, and what stages have computed of them. */
export interface Spanset {
  spans: SpanView[]
  /** Of the last aggregate. */
  scalar?: Static
  attributes: { name: string; value: Static }[]
}
