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
  readonly timeUnixNano: bigint
  readonly level: string
  readonly service: string
  readonly traceId: string
  readonly spanId: string
}

const LONG_LINE_BYTES = 256 * 1024
const ESCAPE = String.fromCharCode(27)

export function logLineAt(sent: Workload, seq: number): LogLine {
  const { seed } = sent
  const trace = sent.traces === 0 ? seq : seq % sent.traces
  const index = below(sent.spansPerTrace, seed, seq, 31)
  const facts = {
    file: seq % sent.files,
    timeUnixNano: timeOf(sent, seq),
    level: pick(['info', 'warn', 'error', 'debug'], seed, seq, 32),
    service: pick(SERVICES, seed, seq, 33),
    traceId: traceIdOf(seed, trace),
    spanId: spanIdOf(seed, trace, index),
  }
  const variant = sent.lineStyle === 'json' ? 0 : seq % 6
  const token = tokenOf(seed, 'line', seq)
  const json = (message: string): string =>
    JSON.stringify({
      timestamp: rfc3339Nano(facts.timeUnixNano),
      level: facts.level,
      message,
      service: facts.service,
      trace_id: facts.traceId,
      span_id: facts.spanId,
    })
  const padding = 'x'.repeat(sent.lineBytes)
  switch (variant) {
    case 1:
      return { ...facts, ...ended(json(`CRLF ${token}`), '\r\n') }
    case 2:
      return { ...facts, ...ended(`${ESCAPE}[31mred ${token}${ESCAPE}[0m  two  spaces and a tab\t`) }
    case 3: {
      const bytes = Buffer.concat([
        Buffer.from(`not UTF-8 ${token} `),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(' end\n'),
      ])
      return { ...facts, bytes, text: bytes.toString('utf8').slice(0, -1) }
    }
    case 4:
      return {
        ...facts,
        ...ended(json(seq % 60 === 4 ? `long ${token} ${'y'.repeat(LONG_LINE_BYTES)}` : `short ${token}`)),
      }
    case 5:
      return { ...facts, ...ended(json(`größe 日誌 🦊 "quoted" \\ ${token}`)) }
    default:
      return { ...facts, ...ended(json(`order stored ${token}${padding}`)) }
  }
}

const ended = (text: string, end = '\n'): { bytes: Buffer; text: string } => ({ bytes: Buffer.from(text + end), text })

export function rfc3339Nano(timeUnixNano: bigint): string {
  const seconds = new Date(Number(timeUnixNano / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${(timeUnixNano % 1_000_000_000n).toString().padStart(9, '0')}Z`
}
