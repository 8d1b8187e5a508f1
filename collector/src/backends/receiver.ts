/**
 * The backend of one signal as the collector sees it: an HTTP port with the routes of the real servers and a gRPC port with OTLP's services.
 * It decodes, answers as its fault says, tells whoever listens what arrived, and stores nothing itself.
 */
import http from 'node:http'
import http2 from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AddressInfo, Server, Socket } from 'node:net'
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { stores, type Fault } from '../faults/fault.ts'
import type { Arrival } from './arrival.ts'
import { decodeRequest, kindOfPath, MAX_BODY_BYTES, type RequestKind } from './decode-request.ts'
import { grpcExchange } from './grpc-exchange.ts'
import { httpExchange } from './http-exchange.ts'

export interface ReceivedRequest {
  readonly receiver: string
  readonly kind: RequestKind
  readonly atMs: number
  /** Counts from 1 since the receiver was made. */
  readonly number: number
  readonly arrivals: readonly Arrival[]
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly sizeBytes: number
  readonly fault: Fault | undefined
  /** Why it could not be read, and was answered 400. */
  readonly unreadable?: string
  /** Whether the items are stored now. */
  readonly accepted: boolean
}

/** One request on either transport, so far as a receiver has to know it. */
export interface Exchange {
  readonly path: string
  readonly contentType: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** @throws when the sender goes away or the body is larger than `maxBytes` */
  read(maxBytes: number, bytesPerSecond: number | undefined): Promise<{ body: Uint8Array; encoding: string }>
  /** Good, or as the fault says. */
  answer(kind: RequestKind, fault: Fault | undefined): void
  reject(httpStatus: number, grpcCode: number, message: string): void
}

export interface ReceiverOptions {
  readonly name: string
  /** `0.0.0.0` when the collector runs in a container. */
  readonly host?: string
  readonly onRequest: (request: ReceivedRequest) => void
  /** Default: any. */
  readonly ports?: { readonly http: number; readonly grpc: number }
  /** Hands a stored request on, e.g. to an embedded store. The answer to the collector waits for it, and is what it returns. */
  readonly forward?:
    | ((kind: RequestKind, contentType: string, body: Uint8Array) => Promise<Fault | undefined>)
    | undefined
}

export class Receiver implements AsyncDisposable {
  readonly name: string
  /** What the next request meets; `undefined` = it is well. The number counts requests since the receiver was made. */
  fault: ((number: number) => Fault | undefined) | undefined
  readonly #options: ReceiverOptions
  readonly #sockets = new Set<Socket>()
  #http: Server | undefined
  #grpc: Server | undefined
  #ports: { http: number; grpc: number } = { http: 0, grpc: 0 }
  #requests = 0

  private constructor(options: ReceiverOptions) {
    this.name = options.name
    this.#options = options
    if (options.ports !== undefined) this.#ports = { ...options.ports }
  }

  static async start(options: ReceiverOptions): Promise<Receiver> {
    const receiver = new Receiver(options)
    await receiver.listen()
    return receiver
  }

  get httpPort(): number {
    return this.#ports.http
  }

  get grpcPort(): number {
    return this.#ports.grpc
  }

  get requests(): number {
    return this.#requests
  }

  /** On the ports it had before, if it had some: a collector's configuration names them. */
  async listen(): Promise<void> {
    const httpServer = http.createServer((request, response) => void this.#take(httpExchange(request, response)))
    const grpcServer = http2.createServer()
    grpcServer.on('stream', (stream, headers) => void this.#take(grpcExchange(stream, headers)))
    grpcServer.on('sessionError', () => {})
    this.#http = httpServer
    this.#grpc = grpcServer
    const host = this.#options.host ?? '127.0.0.1'
    this.#ports = {
      http: await bind(httpServer, host, this.#ports.http, this.#sockets),
      grpc: await bind(grpcServer, host, this.#ports.grpc, this.#sockets),
    }
  }

  /** Connections are cut and new ones refused, until `listen`. */
  async goAway(): Promise<void> {
    const closing = [this.#http, this.#grpc].map(
      (server) => new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve))),
    )
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(closing)
  }

  /** Every request meets it until the answer of this call is disposed of. */
  inject(given: Fault, options: { readonly when?: (number: number) => boolean } = {}): Disposable {
    const { when = () => true } = options
    this.fault = (number) => (when(number) ? given : undefined)
    return { [Symbol.dispose]: () => (this.fault = undefined) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.goAway()
  }

  async #take(exchange: Exchange): Promise<void> {
    const number = ++this.#requests
    const given = this.fault?.(number)
    const kind = kindOfPath(exchange.path)
    if (kind === undefined) return exchange.reject(404, 12, `no such route: ${exchange.path}`)
    const seen = { receiver: this.name, kind, number, headers: exchange.headers, fault: given }
    try {
      const { body, encoding } = await exchange.read(
        MAX_BODY_BYTES,
        given?.kind === 'slow-read' ? given.bytesPerSecond : undefined,
      )
      const plain = decompress(body, encoding)
      const arrivals = decodeRequest(kind, exchange.contentType, plain)
      const accepted = stores(given)
      if (given?.kind === 'delay') await sleep(given.ms)
      const refusal = accepted ? await this.#options.forward?.(kind, exchange.contentType, plain) : undefined
      this.#options.onRequest({ ...seen, atMs: performance.now(), arrivals, sizeBytes: body.length, accepted })
      exchange.answer(kind, refusal ?? given)
    } catch (error) {
      const unreadable = error instanceof Error ? error.message : String(error)
      this.#options.onRequest({
        ...seen,
        atMs: performance.now(),
        arrivals: [],
        sizeBytes: 0,
        accepted: false,
        unreadable,
      })
      exchange.reject(400, 3, unreadable)
    }
  }
}

function bind(server: Server, host: string, port: number, sockets: Set<Socket>): Promise<number> {
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function decompress(body: Uint8Array, encoding: string): Uint8Array {
  const options = { maxOutputLength: MAX_BODY_BYTES }
  switch (encoding) {
    case 'gzip':
      return gunzipSync(body, options)
    case 'deflate':
      return inflateSync(body, options)
    case 'zstd':
      return zstdDecompressSync(body, options)
    case 'br':
      return brotliDecompressSync(body, options)
    // Remote write and Loki push name their snappy block here; it is part of those protocols and undone with them.
    case 'snappy':
    case 'identity':
    case '':
      return body
    default:
      throw new Error(`content-encoding: expected gzip, deflate, zstd, br or snappy, got ${encoding}`)
  }
}
