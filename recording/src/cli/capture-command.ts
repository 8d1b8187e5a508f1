import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { capture } from '../capture/capture.ts'
import { BUILT_IN_RULES, customRule } from '../redact/rules.ts'
import { Redactor } from '../redact/redactor.ts'
import { createProgress } from './progress.ts'
import { parseTime } from './parse-time.ts'
import { interruptSignal } from './interrupt-signal.ts'
import { UsageError } from './usage-error.ts'
import { objectOf } from '@playground/protocol/json-fields'

const help = `Captures a time range of logs, traces and metrics with exemplars into one file.

Usage: npm run incident -- capture [FILE] [options]

  --from TIME          15m, 2h (ago), RFC 3339, or a time since 1970 (default 15m)
  --to TIME            likewise, exclusive (default now)
  --query Q            only what matches; may be given once a signal: logs=SELECTOR, traces=TRACEQL, metrics=SELECTOR
  --loki URL, --tempo URL, --prometheus URL
                       default: the running lab's; "none" leaves a signal out
  --tenant ID          sent as X-Scope-OrgID
  --redact             replaces emails and card numbers by pseudonyms, and reports how many
  --redact-rule NAME=EXPRESSION
                       replaces what the expression (JavaScript) matches as well; may be repeated, implies --redact
  --redact-key FILE    the key of the pseudonyms: the same key, the same pseudonyms (default: one nobody keeps)
  --port-offset N      the lab whose ports are moved by N
  --json               the manifest on stdout

Exit codes: 0 captured (what could not be got is printed and in the manifest) · 1 failed · 2 wrong usage · 130 interrupted; no file then
`

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      from: { type: 'string', default: '15m' },
      to: { type: 'string', default: 'now' },
      query: { type: 'string', multiple: true, default: [] },
      loki: { type: 'string' },
      tempo: { type: 'string' },
      prometheus: { type: 'string' },
      tenant: { type: 'string' },
      facts: { type: 'string' },
      redact: { type: 'boolean', default: false },
      'redact-rule': { type: 'string', multiple: true, default: [] },
      'redact-key': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1) throw new UsageError(`expected one file, got ${positionals.join(', ')}`)
  const nowMs = Date.now()
  const fromUnixNano = parseTime('--from', values.from, nowMs)
  const toUnixNano = parseTime('--to', values.to, nowMs)
  if (fromUnixNano >= toUnixNano) throw new UsageError(`--from ${values.from} is not before --to ${values.to}`)
  const file = resolve(
    positionals[0] ?? `capture-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '')}.incident.zip`,
  )
  const name = basename(file).replace(/(?:\.incident)?\.zip$/, '')
  const redactor = redactorOf(values.redact, values['redact-rule'], values['redact-key'])
  const stores = { loki: storeOf(values.loki), tempo: storeOf(values.tempo), prometheus: storeOf(values.prometheus) }
  if (Object.values(stores).every((url) => url === undefined))
    throw new UsageError('no store is named and no lab is up')
  using progress = createProgress('capture')
  using interrupt = interruptSignal()
  const manifest = await capture({
    file,
    name,
    stores,
    tenant: values.tenant,
    fromUnixNano,
    toUnixNano,
    queries: queriesOf(values.query),
    source: values.facts === undefined ? {} : objectOf(JSON.parse(values.facts)),
    redactor,
    signal: interrupt.signal,
    onProgress: (text) => progress.show(text),
  })
  progress[Symbol.dispose]()
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ file, ...manifest, fromUnixNano: String(fromUnixNano), toUnixNano: String(toUnixNano) })}\n`,
    )
    return 0
  }
  const { logs, spans, samples, exemplars } = manifest.counts
  process.stdout.write(`${file}\n${logs} log lines, ${spans} spans, ${samples} samples, ${exemplars} exemplars\n`)
  for (const sentence of manifest.proved) process.stdout.write(`proved   ${sentence}\n`)
  for (const sentence of manifest.missing) process.stdout.write(`missing  ${sentence}\n`)
  for (const { rule, replaced, distinct, places } of redactor?.report() ?? []) {
    process.stdout.write(
      `redacted ${rule}: ${replaced} times, ${distinct} different; ${Object.keys(places).join(', ') || 'nowhere'}\n`,
    )
  }
  return 0
}

const storeOf = (url: string | undefined) => (url === 'none' ? undefined : url)

const SIGNALS = ['logs', 'traces', 'metrics'] as const

function queriesOf(texts: readonly string[]): { logs?: string; traces?: string; metrics?: string } {
  const queries: ReturnType<typeof queriesOf> = {}
  for (const text of texts) {
    const [, signal, query] = /^(\w+)=(.+)$/s.exec(text) ?? []
    const known = SIGNALS.find((name) => name === signal)
    if (known === undefined || query === undefined) {
      throw new UsageError(`--query: expected logs=…, traces=… or metrics=…, got "${text}"`)
    }
    queries[known] = query
  }
  return queries
}

function redactorOf(asked: boolean, rules: readonly string[], keyFile: string | undefined): Redactor | undefined {
  if (!asked && rules.length === 0) return undefined
  const custom = rules.map((text) => {
    const [, name, expression] = /^([a-z][a-z0-9-]*)=(.+)$/s.exec(text) ?? []
    if (name === undefined || expression === undefined)
      throw new UsageError(`--redact-rule: expected name=expression, got "${text}"`)
    return customRule(name, expression)
  })
  return new Redactor([...BUILT_IN_RULES, ...custom], ...(keyFile === undefined ? [] : [readFileSync(keyFile)]))
}

export const captureCommand = { help, run }
