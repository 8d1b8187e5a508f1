// Sends the workload of one signal over the public ingest protocols and times the sending alone, not the making of the data.
import { encodePushProto } from '@playground/protocol/loki-push'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { encodeWriteV1 } from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { LabError } from '../../scripts/lab/lab-error.ts'
import {
  checkoutAt,
  linesOf,
  ROWS_PER_CHECKOUT,
  samplesOf,
  spansOf,
  type Checkout,
  type Window,
} from './shop-traffic.ts'
import type { Signal, Stores } from './stores.ts'

export interface LoadResult {
  rows: number
  bytes: number
  sendingMs: number
  cpuSeconds: number | undefined
}

interface Request {
  url: string
  headers: Record<string, string>
  body: Uint8Array
  rows: number
}

const CHECKOUTS_PER_REQUEST = 60
const CONCURRENT = 4
/** Requests made ahead and then sent: bounds the memory of this process. */
const ROUND = 40

export async function load(stores: Stores, signal: Signal, rows: number, window: Window): Promise<LoadResult> {
  const result: LoadResult = { rows: 0, bytes: 0, sendingMs: 0, cpuSeconds: undefined }
  const cpuBefore = stores.cpuSeconds(signal)
  let round: Request[] = []
  const send = async (): Promise<void> => {
    const startedAt = performance.now()
    const queue = round.values()
    // A real Prometheus refuses a scrape that comes after a later one.
    const senders = signal === 'metrics' ? 1 : CONCURRENT
    await Promise.all(Array.from({ length: senders }, () => sendAll(queue)))
    result.sendingMs += performance.now() - startedAt
    for (const request of round) {
      result.rows += request.rows
      result.bytes += request.body.length
    }
    round = []
  }
  for (const request of requestsOf(stores, signal, rows, window)) {
    round.push(request)
    if (round.length === ROUND) await send()
  }
  await send()
  const cpuAfter = stores.cpuSeconds(signal)
  if (cpuBefore !== undefined && cpuAfter !== undefined) result.cpuSeconds = cpuAfter - cpuBefore
  return result
}

/** Several of these share one iterator, so that each takes the next request when it has finished its last. */
async function sendAll(queue: Iterable<Request>): Promise<void> {
  for (const request of queue) {
    const response = await fetch(request.url, { method: 'POST', headers: request.headers, body: request.body })
    const answer = await response.text()
    if (!response.ok) throw new LabError(`${request.url} answered ${response.status}: ${answer.slice(0, 300)}`)
  }
}

function* requestsOf(stores: Stores, signal: Signal, rows: number, window: Window): Generator<Request> {
  const protobuf = { 'content-type': 'application/x-protobuf' }
  if (signal === 'metrics') {
    const headers = { ...protobuf, 'content-encoding': 'snappy', 'x-prometheus-remote-write-version': '0.1.0' }
    for (const request of samplesOf(rows, window)) {
      yield {
        url: `${stores.urls.metrics}/api/v1/write`,
        headers,
        body: snappyEncode(encodeWriteV1(request)),
        rows: request.series.length,
      }
    }
    return
  }
  for (const checkouts of checkoutBatches(rows, window)) {
    const batchRows = checkouts.length * ROWS_PER_CHECKOUT
    yield signal === 'logs'
      ? {
          url: `${stores.urls.logs}/loki/api/v1/push`,
          headers: protobuf,
          body: snappyEncode(encodePushProto(linesOf(checkouts))),
          rows: batchRows,
        }
      : {
          url: `${stores.otlpUrl}/v1/traces`,
          headers: protobuf,
          body: encodeTracesProto(spansOf(checkouts)),
          rows: batchRows,
        }
  }
}

function* checkoutBatches(rows: number, window: Window): Generator<Checkout[]> {
  const count = Math.ceil(rows / ROWS_PER_CHECKOUT)
  for (let first = 0; first < count; first += CHECKOUTS_PER_REQUEST) {
    const size = Math.min(CHECKOUTS_PER_REQUEST, count - first)
    yield Array.from({ length: size }, (_, step) => checkoutAt(first + step, count, window))
  }
}
