import { decodePushProto } from '@playground/protocol/loki-push'
import { ProtoWriter } from '@playground/protocol/proto-writer'
import type { SectionReader, SignalCodec, StoredBlock } from '../../storage/index.ts'
import { formatLabels, labelsOf } from '../logql/labels/labels.ts'
import { parseLabelSet } from '../ingest/label-set.ts'
import type { BatchEntry, LogBatch } from './log-batch.ts'
import { blockVersion, decodeIndex, LogBlock, type LogBlockIndex } from './log-block.ts'
import { LogHead } from './log-head.ts'
import { splitTime } from './row-order.ts'
import { sealHead } from './seal-head.ts'

/** The journal holds accepted entries as a Loki push request. */
export const journalFormat = 1

export function encodeBatch(batch: LogBatch): Uint8Array {
  const writer = new ProtoWriter(65_536)
  for (const { labels, entries } of batch.streams) {
    writer.message(1, () => {
      writer.string(1, formatLabels(labels))
      for (const entry of entries) writer.message(2, () => writeEntry(writer, entry))
    })
  }
  return writer.finish()
}

/** As `encodePushProto` writes it, without a bigint for each entry; times are not before 1970. */
function writeEntry(writer: ProtoWriter, { timeMs, timeNs, line, metadata }: BatchEntry): void {
  writer.message(1, () => {
    const seconds = Math.floor(timeMs / 1000)
    if (seconds < 2 ** 32) writer.uint32(1, seconds)
    else writer.int64(1, BigInt(seconds))
    writer.uint32(2, (timeMs - seconds * 1000) * 1e6 + timeNs)
  })
  writer.string(2, line)
  for (const [name, value] of metadata) writer.message(3, () => writer.string(1, name).string(2, value))
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
