import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate, zstdDecompress } from 'node:zlib'

/** Carries the HTTP status the request is to be answered with. */
export class BodyError extends Error {
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BodyError'
    this.status = status
  }
}

const DECOMPRESS = { gzip: promisify(gunzip), deflate: promisify(inflate), zstd: promisify(zstdDecompress) }

async function readRaw(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    throw new BodyError(413, `body is larger than ${maxBytes} bytes`)
  }
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    sizeBytes += bytes.length
    if (sizeBytes > maxBytes) throw new BodyError(413, `body is larger than ${maxBytes} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** The decompressed body, never more than `maxBytes` at any step. @throws BodyError */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const raw = await readRaw(request, maxBytes)
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding === 'identity') return raw
  if (encoding !== 'gzip' && encoding !== 'deflate' && encoding !== 'zstd') {
    throw new BodyError(415, `Content-Encoding: expected gzip, deflate, zstd or identity, got "${encoding}"`)
  }
  try {
    return await DECOMPRESS[encoding](raw, { maxOutputLength: maxBytes })
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError
    throw new BodyError(
      isTooLarge ? 413 : 400,
      isTooLarge ? `body decompresses to more than ${maxBytes} bytes` : `body is not valid ${encoding}`,
      { cause },
    )
  }
}
