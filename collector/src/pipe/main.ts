/**
 * The pipe: the smallest collector that does everything right, and on demand exactly one thing wrong. It acknowledges a request once the
 * backend has taken it, so it needs no queue. The scorecard is tested with it, and it is the baseline that others are measured against.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { encodePushProto } from '@playground/protocol/loki-push'
import { decodeLogsJson, decodeLogsProto, encodeLogsProto } from '@playground/protocol/otlp/logs'
import { decodeMetricsJson, decodeMetricsProto, encodeMetricsProto } from '@playground/protocol/otlp/metrics'
import { decodeTracesJson, decodeTracesProto, encodeTracesProto } from '@playground/protocol/otlp/traces'
import { encodeWriteV1, WRITE_V1_CONTENT_TYPE } from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import type { RequestKind } from '../backends/decode-request.ts'
import { Receiver } from '../backends/receiver.ts'
import { fault, type Fault } from '../faults/fault.ts'
import { DEFECTS, Tampering, type Defect, type DefectName } from './defects.ts'
import { deliver } from './deliver.ts'
import { followFiles } from './follow-files.ts'
import { pushOfLines } from './push-of-lines.ts'
import { scrapeForEver } from './scrape.ts'

interface PipeConfig {
  readonly defect: DefectName
  readonly otlpHttpPort: number
  readonly otlpGrpcPort: number
  readonly selfPort: number
  readonly logDir: string
  readonly dataDir: string
  readonly scrapeTarget: string
  readonly tracesUrl: string
  readonly logsUrl: string
  readonly lokiPushUrl: string
  readonly metricsUrl: string
  readonly remoteWriteUrl: string
}

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PipeConfig
if (!Object.hasOwn(DEFECTS, config.defect)) {
  process.stderr.write(
    `defect: expected one of ${Object.keys(DEFECTS).join(', ')}, got ${JSON.stringify(config.defect)}\n`,
  )
  process.exit(2)
}
const defect: Defect = DEFECTS[config.defect]
const { behaviour } = defect
const tampering = new Tampering(defect)
const stopping = new AbortController()
const books = { traces: { received: 0, sent: 0 }, logs: { received: 0, sent: 0 }, metrics: { received: 0, sent: 0 } }
let underWay = 0
/** Only of use to the defect that lets one backend hold up all others. */
let turn: Promise<unknown> = Promise.resolve()

async function carry(
  signal: keyof typeof books,
  items: number,
  url: string,
  headers: Record<string, string>,
  body: Uint8Array,
): Promise<Fault | undefined> {
  books[signal].received += items
  underWay++
  const send = (): Promise<Fault | undefined> => deliver({ url, headers, body }, behaviour, stopping.signal)
  const sent = behaviour === 'one-queue-for-all' ? (turn = turn.then(send)) : send()
  const finished = (sent as Promise<Fault | undefined>).then((answer) => {
    underWay--
    if (answer === undefined) books[signal].sent += behaviour === 'counts-wrong' ? Math.ceil(items / 2) : items
    else books[signal].received -= items
    return answer
  })
  return behaviour === 'acknowledges-before-sending' || behaviour === 'drops-at-exit' ? undefined : await finished
}

const OTLP_HEADERS = { 'content-type': 'application/x-protobuf' }
const SNAPPY_HEADERS = { 'content-encoding': 'snappy', 'user-agent': 'pipe/1' }
const isSwallowing = (): boolean => behaviour === 'swallows-in-reload' && Date.now() < swallowUntilMs
let swallowUntilMs = 0

async function carryOtlp(kind: RequestKind, contentType: string, body: Uint8Array): Promise<Fault | undefined> {
  if (isSwallowing()) return undefined
  const isJson = contentType.startsWith('application/json')
  switch (kind) {
    case 'otlp-traces': {
      const groups = isJson ? decodeTracesJson(body) : decodeTracesProto(body)
      const spans = groups.reduce(
        (sum, { scopeSpans }) => sum + scopeSpans.reduce((inner, scope) => inner + scope.spans.length, 0),
        0,
      )
      return await carry(
        'traces',
        spans,
        `${config.tracesUrl}/v1/traces`,
        OTLP_HEADERS,
        encodeTracesProto(tampering.traces(groups)),
      )
    }
    case 'otlp-logs': {
      const groups = isJson ? decodeLogsJson(body) : decodeLogsProto(body)
      const records = groups.reduce(
        (sum, { scopeLogs }) => sum + scopeLogs.reduce((inner, scope) => inner + scope.logRecords.length, 0),
        0,
      )
      return await carry(
        'logs',
        records,
        `${config.logsUrl}/v1/logs`,
        OTLP_HEADERS,
        encodeLogsProto(tampering.logs(groups)),
      )
    }
    case 'otlp-metrics': {
      const groups = isJson ? decodeMetricsJson(body) : decodeMetricsProto(body)
      const points = groups.reduce(
        (sum, { scopeMetrics }) =>
          sum +
          scopeMetrics.reduce(
            (inner, scope) => inner + scope.metrics.reduce((most, { data }) => most + (data?.points.length ?? 0), 0),
            0,
          ),
        0,
      )
      return await carry(
        'metrics',
        points,
        `${config.metricsUrl}/v1/metrics`,
        OTLP_HEADERS,
        encodeMetricsProto(tampering.metrics(groups)),
      )
    }
    default:
      return fault.status(404)
  }
}

const receiver = await Receiver.start({
  name: 'pipe',
  ports: { http: config.otlpHttpPort, grpc: config.otlpGrpcPort },
  onRequest: ({ unreadable }) => {
    if (behaviour === 'dies-on-bad-input' && unreadable !== undefined) process.exit(70)
  },
  forward: carryOtlp,
})

const following = followFiles({
  folder: config.logDir,
  positionsFile: join(config.dataDir, 'positions.json'),
  signal: stopping.signal,
  followsRenamed: behaviour !== 'ignores-rotation',
  savesPositions: behaviour !== 'forgets-positions',
  deliver: async (lines) => {
    const push = tampering.push(pushOfLines(lines))
    const answer = await carry(
      'logs',
      lines.length,
      config.lokiPushUrl,
      { ...SNAPPY_HEADERS, 'content-type': 'application/x-protobuf' },
      snappyEncode(encodePushProto(push)),
    )
    // What the backend will never take is not read again.
    return answer === undefined || (answer.kind === 'answer' && answer.httpStatus < 500 && answer.httpStatus !== 429)
  },
})

void scrapeForEver({
  target: config.scrapeTarget,
  signal: stopping.signal,
  deliver: async (request) => {
    const samples = request.series.reduce((sum, series) => sum + series.samples.length, 0)
    const headers = {
      ...SNAPPY_HEADERS,
      'content-type': WRITE_V1_CONTENT_TYPE,
      'x-prometheus-remote-write-version': '0.1.0',
    }
    await carry(
      'metrics',
      samples,
      config.remoteWriteUrl,
      headers,
      snappyEncode(encodeWriteV1(tampering.write(request))),
    )
  },
})

const page = http.createServer((request, response) => {
  if (request.url === '/metrics') {
    const rows = Object.entries(books).flatMap(([signal, counts]) =>
      Object.entries(counts).map(([what, items]) => `pipe_${what}_total{signal="${signal}"} ${items}`),
    )
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(`${rows.join('\n')}\n`)
  } else response.end('ready')
})
page.listen(config.selfPort, '127.0.0.1')

process.on('SIGHUP', () => (swallowUntilMs = Date.now() + 500))
process.on('SIGTERM', () => void stop())

/** What is under way is acknowledged or refused before the end. */
async function stop(): Promise<void> {
  if (behaviour === 'drops-at-exit') process.exit(0)
  page.close()
  const deadline = Date.now() + 5000
  while (underWay > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
  stopping.abort()
  await following
  await receiver.goAway()
  if (behaviour === 'forgets-positions') writeFileSync(join(config.dataDir, 'positions.json'), '{}')
  process.exit(0)
}
