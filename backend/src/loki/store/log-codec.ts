import { decodePushProto, encodePushProto } from '@playground/protocol/loki-push'
import type { SectionReader, SignalCodec, StoredBlock } from '../../storage/index.ts'
import { formatLabels, labelsOf } from '../logql/labels/labels.ts'
import { parseLabelSet } from '../ingest/label-set.ts'
import type { LogBatch } from './log-batch.ts'
import { blockVersion, decodeIndex, LogBlock, type LogBlockIndex } from './log-block.ts'
import { LogHead } from './log-head.ts'
import { splitTime } from './row-order.ts'
import { sealHead } from './seal-head.ts'

/** The journal holds accepted entries as a Loki push request. */
export const journalFormat = 1

export function encodeBatch(batch: LogBatch): Uint8Array {
  return encodePushProto({
    streams: batch.streams.map(({ labels, entries }) => ({
      labels: formatLabels(labels),
      entries: entries.map(({ timeMs, timeNs, line, metadata }) => ({
        timestampUnixNano: BigInt(timeMs) * 1_000_000n + BigInt(timeNs),
        line,
        structuredMetadata: metadata.map(([name, value]): [string, string] => [name, value]),
      })),
    })),
  })
}

export const logCodec: SignalCodec<LogBatch, LogHead, LogBlockIndex, LogBlock> = {
  signal: 'logs',
  version: blockVersion,

  decode(payload, format) {
    if (format !== journalFormat) throw new Error(`logs journal of format ${format}, expected ${journalFormat}`)
    const { streams } = decodePushProto(payload)
    return {
      streams: streams.map(({ labels, entries }) => ({
        labels: parseLabelSet(labels),
        entries: entries.map(({ timestampUnixNano, line, structuredMetadata }) => {
          const { ms, ns } = splitTime(timestampUnixNano)
          return { timeMs: ms, timeNs: ns, line, metadata: labelsOf(structuredMetadata) }
        }),
      })),
    }
  },

  createHead: () => new LogHead(),
  append: (head, batch) => head.append(batch),
  headStats: ({ rows, sizeBytes }) => ({ rows, sizeBytes }),
  seal: sealHead,
  openIndex: decodeIndex,
  openBlock: (_block: StoredBlock<LogBlockIndex>, sections: SectionReader) => new LogBlock(sections),
}
