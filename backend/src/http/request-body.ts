/**
 * Request bodies as bytes: any content type, `Content-Encoding` undone (a list of encodings from last to first),
 * never more than `maxBytes` in memory, counted after each decompression.
 */
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { ProtocolError } from '@playground/protocol/protocol-error'
import { snappyDecode } from '@playground/protocol/snappy'
import { ApiError } from './api-error.ts'

export interface BodyOptions {
  readonly maxBytes: number
  /** Whether `Content-Encoding: snappy` is accepted, and whether it is undone here or left to the route. */
  readonly snappy?: 'decode' | 'leave' | undefined
}

const gunzip = promisify(zlib.gunzip)
const inflate = promisify(zlib.inflate)
const inflateRaw = promisify(zlib.inflateRaw)
const zstdDecompress = promisify(zlib.zstdDecompress)

/** @throws ApiError 413 above `maxBytes`, 415 for an unknown encoding, 400 for a body that ends early or does not decompress. */
export async function readBody(
  stream: Readable,
  contentEncoding: string | undefined,
  declaredLength: number | undefined,
  options: BodyOptions,
): Promise<Buffer> {
  const encodings = parseEncodings(contentEncoding)
  for (const encoding of encodings) {
    if (!supported(encoding, options)) {
      throw new ApiError(415, `unsupported Content-Encoding "${encoding}": expected gzip, deflate, zstd or identity`)
    }
  }
  if (declaredLength !== undefined && declaredLength > options.maxBytes) throw tooLarge(options.maxBytes)
  let body = await collect(stream, options.maxBytes)
  for (const encoding of encodings.reverse()) body = await decode(encoding, body, options)
  return body
}

function parseEncodings(header: string | undefined): string[] {
  if (header === undefined) return []
  return header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
}

function supported(encoding: string, options: BodyOptions): boolean {
  if (encoding === 'snappy') return options.snappy !== undefined
  return encoding === 'gzip' || encoding === 'x-gzip' || encoding === 'deflate' || encoding === 'zstd'
}

async function collect(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let received = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof ApiError) throw cause
    throw new ApiError(400, `request body ended after ${received} bytes before it was complete`, { cause })
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, received)
}

async function decode(encoding: string, body: Buffer, { maxBytes, snappy }: BodyOptions): Promise<Buffer> {
  if (encoding === 'snappy' && snappy === 'leave') return body
  const limit = { maxOutputLength: maxBytes }
  try {
    switch (encoding) {
      case 'snappy': {
        const decoded = snappyDecode(body, maxBytes)
        return Buffer.from(decoded.buffer, decoded.byteOffset, decoded.byteLength)
      }
      case 'zstd':
        return await zstdDecompress(body, limit)
      case 'deflate':
        // RFC 9110 means zlib's format; Go clients and Loki itself send the raw one, so the two bytes of a zlib header decide.
        return await (hasZlibHeader(body) ? inflate(body, limit) : inflateRaw(body, limit))
      default:
        return await gunzip(body, limit)
    }
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(maxBytes, cause)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ApiError(
      400,
      cause instanceof ProtocolError ? reason : `cannot decompress the ${encoding} body: ${reason}`,
      { cause },
    )
  }
}

function hasZlibHeader(body: Buffer): boolean {
  const first = body[0] ?? 0
  const second = body[1] ?? 0
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
}

function tooLarge(maxBytes: number, cause?: unknown): ApiError {
  return new ApiError(413, `request body too large: the limit is ${maxBytes} bytes after decompression`, { cause })
}
