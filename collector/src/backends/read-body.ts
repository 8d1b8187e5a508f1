import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** The whole body; with `bytesPerSecond` no faster than that, which lets the sender's buffers fill. */
export async function readBody(
  stream: Readable,
  maxBytes: number,
  bytesPerSecond: number | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw new Error(`body: larger than ${maxBytes} bytes`)
    chunks.push(chunk)
    if (bytesPerSecond !== undefined) await sleep((chunk.length * 1000) / bytesPerSecond)
  }
  return Buffer.concat(chunks)
}
