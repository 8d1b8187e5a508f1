import { decodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { decodeTable, encodeTable } from './block-columns.ts'
import { Head } from './head.ts'
import { encodeTraceIndex, TraceIndex } from './trace-index.ts'
import type { SignalCodec } from '../../storage/index.ts'
import type { SpanTable } from './span-table.ts'

/** Journal payloads are OTLP/protobuf trace data that ingest has checked. */
export const traceCodec: SignalCodec<ResourceSpans[], Head, TraceIndex, SpanTable> = {
  signal: 'traces',
  version: 2,
  decode: (payload) => decodeTracesProto(payload),
  createHead: () => new Head(),
  append: (head, batch) => head.append(batch),
  headStats: (head) => ({ rows: head.table.rows, sizeBytes: head.sizeBytes }),
  seal: (head) => {
    if (head.table.rows === 0) return []
    return [
      {
        minMs: Math.floor(head.minMs),
        maxMs: Math.ceil(head.maxMs),
        rows: head.table.rows,
        index: encodeTraceIndex(head.table),
        sections: encodeTable(head.table),
      },
    ]
  },
  openIndex: (bytes) => new TraceIndex(bytes),
  openBlock: (_block, sections) => decodeTable(sections),
}
