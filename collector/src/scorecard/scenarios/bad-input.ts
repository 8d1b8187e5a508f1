/** What arrives at an open port sooner or later. */
import http from 'node:http'
import { gzipSync } from 'node:zlib'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { spansOfTrace } from '../../workload/trace.ts'
import { workload } from '../../workload/workload.ts'
import { loadFor, open, PATIENT, type Delivered, type Subject } from './scenario.ts'

export interface BadInput extends Delivered {
  readonly answers: readonly { readonly what: string; readonly status: number | undefined; readonly reason: string }[]
  readonly isRunning: boolean
  readonly grownBytes: number | undefined
}

/** 1 GiB of zeros in 1 MB: what a collector that decompresses without a bound would have to hold. */
const BOMB_BYTES = 2 ** 30

export async function badInput(subject: Subject): Promise<BadInput> {
  await using bed = await open(subject)
  const before = bed.collector.usage()?.residentBytes
  const good = encodeTracesProto(spansOfTrace(workload({ seed: subject.seed + 1, traces: 1 }), 0))
  const inputs: readonly [what: string, body: Uint8Array, headers: Record<string, string>][] = [
    ['bytes that are no protobuf', Buffer.from('not protobuf at all'), {}],
    ['a request cut in the middle', good.subarray(0, good.length / 2), {}],
    ['a field longer than the body', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]), {}],
    ['JSON that ends early', Buffer.from('{"resourceSpans":[{"scopeSpans":['), { 'content-type': 'application/json' }],
    ['gzip that is none', Buffer.from('plain'), { 'content-encoding': 'gzip' }],
    ['a decompression bomb', gzipSync(Buffer.alloc(BOMB_BYTES), { level: 1 }), { 'content-encoding': 'gzip' }],
  ]
  const answers = []
  let peak = before
  for (const [what, body, headers] of inputs) {
    answers.push({
      what,
      ...(await post(`http://127.0.0.1:${bed.at.OTLP_HTTP_PORT}/v1/traces`, body, {
        'content-type': 'application/x-protobuf',
        ...headers,
      })),
    })
    const now = bed.collector.usage()?.residentBytes
    if (now !== undefined && peak !== undefined) peak = Math.max(peak, now)
  }
  const { isRunning } = bed.collector
  // Good data still goes through afterwards.
  const sent = bed.send(loadFor(subject, bed.capabilities, { traces: 10 }))
  const report = await sent.settle({ ...PATIENT, patienceMs: 8000 })
  return {
    ledger: sent.ledger,
    report,
    answers,
    isRunning,
    grownBytes: before === undefined || peak === undefined ? undefined : peak - before,
  }
}

function post(
  url: string,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; reason: string }> {
  return new Promise((resolve) => {
    const request = http.request(
      url,
      { method: 'POST', headers: { ...headers, 'content-length': body.length }, timeout: 30_000 },
      (response) => {
        response.resume()
        response.on('error', () => {})
        resolve({ status: response.statusCode, reason: '' })
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer within 30 s')))
    request.on('error', (error) => resolve({ status: undefined, reason: error.message }))
    request.end(body)
  })
}
