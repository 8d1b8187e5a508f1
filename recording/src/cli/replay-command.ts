import { parseArgs } from 'node:util'
import { openRecording } from '../file/open-recording.ts'
import { replay } from '../replay/replay.ts'
import { otlpTarget, storesTarget, type Target } from '../replay/send.ts'
import { createProgress } from './progress.ts'
import { interruptSignal } from './interrupt-signal.ts'
import { UsageError } from './usage-error.ts'

const help = `Replays a recording: checks the whole file first, then sends it with all intervals kept.

Usage: npm run incident -- replay FILE [options]

  --at now|original    now: its end is now (or when its last row is sent); original: its own times (default now)
  --speed N|max        1 takes as long as it took, 10 a tenth, max as fast as it is taken (default max)
  --into WHERE         backend: the stores' own write protocols · agent: the lab's OTLP receiver · URL: any OTLP/HTTP receiver (default backend)
  --namespace NAME     beside what is there: label replay=NAME on every row, new trace and span ids, the same for the same
  --loki URL, --tempo-otlp URL, --prometheus URL
                       the stores of --into backend (default: the running lab's)
  --agent URL          the receiver of --into agent (default: the running lab's)
  --tenant ID          sent as X-Scope-OrgID
  --port-offset N      the lab whose ports are moved by N
  --json               the report on stdout

Exit codes: 0 everything was taken · 1 the file is refused (nothing was sent) or a receiver refused · 2 wrong usage · 130 interrupted
`

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      at: { type: 'string', default: 'now' },
      speed: { type: 'string', default: 'max' },
      into: { type: 'string', default: 'backend' },
      namespace: { type: 'string' },
      loki: { type: 'string' },
      'tempo-otlp': { type: 'string' },
      prometheus: { type: 'string' },
      agent: { type: 'string' },
      tenant: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0) throw new UsageError('expected one file')
  const { at, namespace } = values
  if (at !== 'now' && at !== 'original') throw new UsageError(`--at: expected now or original, got "${at}"`)
  const speed = values.speed === 'max' ? Number.POSITIVE_INFINITY : Number(values.speed)
  if (!(speed > 0)) throw new UsageError(`--speed: expected a number above 0 or max, got "${values.speed}"`)
  const target = targetOf(values)
  using interrupt = interruptSignal()
  using progress = createProgress('replay')
  using recording = await openRecording(file, {
    onProgress: (checked, total) => progress.show(`checked ${checked} of ${total} bytes`),
  })
  const { shiftNano, sent } = await replay(recording, {
    target,
    at,
    speed,
    namespace,
    signal: interrupt.signal,
    onProgress: (text) => progress.show(text),
  })
  progress[Symbol.dispose]()
  const { fromUnixNano, toUnixNano } = recording.manifest
  const range = { from: isoTime(fromUnixNano + shiftNano), to: isoTime(toUnixNano + shiftNano) }
  if (values.json)
    process.stdout.write(`${JSON.stringify({ ...range, shiftNano: String(shiftNano), sent, namespace })}\n`)
  else {
    process.stdout.write(
      `sent ${sent.logs} log lines, ${sent.spans} spans, ${sent.samples} samples, ${sent.exemplars} exemplars\n`,
    )
    process.stdout.write(
      `look at ${range.from} to ${range.to}${namespace === undefined ? '' : `, label replay="${namespace}"`}\n`,
    )
  }
  return 0
}

const isoTime = (unixNano: bigint) => new Date(Number(unixNano / 1_000_000n)).toISOString()

interface TargetValues {
  into: string
  loki?: string | undefined
  'tempo-otlp'?: string | undefined
  prometheus?: string | undefined
  agent?: string | undefined
  tenant?: string | undefined
}

function targetOf(values: TargetValues): Target {
  const headers: Record<string, string> = values.tenant === undefined ? {} : { 'x-scope-orgid': values.tenant }
  if (/^https?:\/\//.test(values.into)) return otlpTarget(values.into, headers)
  if (values.into === 'agent') return otlpTarget(needed('--agent', values.agent), headers)
  if (values.into !== 'backend') throw new UsageError(`--into: expected backend, agent or a URL, got "${values.into}"`)
  const urls = {
    loki: needed('--loki', values.loki),
    tempoOtlp: needed('--tempo-otlp', values['tempo-otlp']),
    prometheus: needed('--prometheus', values.prometheus),
  }
  return storesTarget(urls, headers)
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is not given and no lab is up`)
  return value.replace(/\/$/, '')
}

export const replayCommand = { help, run }
