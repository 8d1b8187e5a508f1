import { decodeWriteV1 } from '@playground/protocol/remote-write'
import type { SignalCodec } from '../../storage/index.ts'
import { MetricBlock, sealHead } from './metric-block.ts'
import { MetricHead } from './metric-head.ts'
import { toWriteBatch, type WriteBatch } from './write-batch.ts'

/** The journal holds remote write 1.0, whatever came in: what was refused at ingest is not in it. */
export const JOURNAL_FORMAT = 1

export const metricsCodec: SignalCodec<WriteBatch, MetricHead, undefined, MetricBlock> = {
  signal: 'metrics',
  version: 1,
  decode: (payload) => toWriteBatch(decodeWriteV1(payload)),
  createHead: (_tenant, previous) => new MetricHead(previous?.metadata),
  append: (head, batch) => head.append(batch),
  headStats: ({ rows, sizeBytes }) => ({ rows, sizeBytes }),
  seal: (head) => [sealHead(head)],
  openIndex: () => undefined,
  openBlock: (_block, sections) => new MetricBlock(sections),
}
