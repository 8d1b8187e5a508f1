/** The smallest signal there is, for the tests of the generic store: a batch is a list of lines, a row is a line and when it arrived. */
import { ColumnReader, ColumnWriter } from './column-frame.ts'
import type { SignalCodec } from './signal-codec.ts'

export interface LineHead {
  readonly lines: string[]
  readonly receivedMs: number[]
}

export interface LineBlock {
  lines(): string[]
}

export const lineCodec: SignalCodec<readonly string[], LineHead, { firstLine: string }, LineBlock> = {
  signal: 'lines',
  version: 3,
  decode: (payload) => new TextDecoder('utf-8', { fatal: true }).decode(payload).split('\n'),
  createHead: () => ({ lines: [], receivedMs: [] }),
  append(head, batch, receivedMs) {
    if (batch.includes('refuse me')) throw new Error('the head refuses this batch')
    for (const line of batch) {
      head.lines.push(line)
      head.receivedMs.push(receivedMs)
    }
  },
  headStats: (head) => ({ rows: head.lines.length, sizeBytes: head.lines.length * 100 }),
  async seal(head) {
    await Promise.resolve()
    return [
      {
        minMs: Math.min(...head.receivedMs),
        maxMs: Math.max(...head.receivedMs),
        rows: head.lines.length,
        index: new TextEncoder().encode(head.lines[0] ?? ''),
        sections: [new ColumnWriter(1).strings('line', head.lines).finish(), new Uint8Array(1000)],
      },
    ]
  },
  openIndex: (bytes) => ({ firstLine: new TextDecoder().decode(bytes) }),
  openBlock: (_block, sections) => {
    let lines: string[] | undefined
    return { lines: () => (lines ??= new ColumnReader(sections.read(0), 1).strings('line')) }
  },
}

export function linesRequest(
  lines: readonly string[],
  receivedMs?: number,
): { payload: Uint8Array; format: number; batch: readonly string[]; receivedMs?: number } {
  const payload = new TextEncoder().encode(lines.join('\n'))
  return receivedMs === undefined
    ? { payload, format: 0, batch: lines }
    : { payload, format: 0, batch: lines, receivedMs }
}
