/** The n-th line of a log file: its bytes on disk, and what a collector has to say of it. */
import { spanIdOf, tokenOf, traceIdOf } from './identity.ts'
import { below, pick } from './random.ts'
import { SERVICES } from './trace.ts'
import { timeOf, type Workload } from './workload.ts'

export interface LogLine {
  readonly file: number
  /** With its end of line. */
  readonly bytes: Buffer
  /** Without it. Bytes that are not UTF-8 are U+FFFD: no protocol between collector and store could carry them. */
  readonly text: string
  readonly traceId: string
  readonly spanId: string
  /** What the line says of itself to those who parse it; a line that is no JSON says nothing. */
  readonly fields: LineFields | undefined
}

interface LineFields {
  readonly timeUnixNano: bigint
  readonly level: string
  readonly traceId: string
  readonly spanId: string
}

const LONG_LINE_BYTES = 256 * 1024
const ESCAPE = String.fromCharCode(27)

export function logLineAt(sent: Workload, seq: number): LogLine {
  const { seed } = sent
  const trace = sent.traces === 0 ? seq : seq % sent.traces
  const index = below(sent.spansPerTrace, seed, seq, 31)
  const traceId = traceIdOf(seed, trace)
  const spanId = spanIdOf(seed, trace, index)
  const level = pick(['info', 'warn', 'error', 'debug'], seed, seq, 32)
  const timeUnixNano = timeOf(sent, seq)
  const token = tokenOf(seed, 'line', seq)
  const line = (fields: LineFields | undefined, bytes: Buffer): LogLine => ({
    file: seq % sent.files,
    bytes,
    text: bytes.toString('utf8').replace(/\r?\n$/, ''),
    traceId,
    spanId,
    fields,
  })
  const json = (message: string, end = '\n'): LogLine => {
    const service = pick(SERVICES, seed, seq, 33)
    const text = { timestamp: rfc3339Nano(timeUnixNano), level, message, service, trace_id: traceId, span_id: spanId }
    return line({ timeUnixNano, level, traceId, spanId }, Buffer.from(JSON.stringify(text) + end))
  }
  const plain = (...parts: (string | Buffer)[]): LogLine =>
    line(undefined, Buffer.concat(parts.map((part) => Buffer.from(part))))

  switch (sent.lineStyle === 'json' ? 0 : seq % 6) {
    case 1:
      return json(`CRLF ${token}`, '\r\n')
    case 2:
      return plain(`${ESCAPE}[31mred ${token}${ESCAPE}[0m  two  spaces and a tab\t\n`)
    case 3:
      return plain(`not UTF-8 ${token} `, Buffer.from([0xff, 0xfe]), ' end\n')
    case 4:
      return json(seq % 60 === 4 ? `long ${token} ${'y'.repeat(LONG_LINE_BYTES)}` : `short ${token}`)
    case 5:
      return json(`größe 日誌 🦊 "quoted" \\ ${token}`)
    default:
      return json(`order stored ${token}${'x'.repeat(sent.lineBytes)}`)
  }
}

function rfc3339Nano(timeUnixNano: bigint): string {
  const seconds = new Date(Number(timeUnixNano / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${(timeUnixNano % 1_000_000_000n).toString().padStart(9, '0')}Z`
}
