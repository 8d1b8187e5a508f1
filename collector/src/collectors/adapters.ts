/** The collectors that are known by name. `generic` is for all others. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Exposition } from '@playground/protocol/exposition'
import type { CollectorAdapter, SelfReport, SelfSignal } from './adapter.ts'
import type { Capability, Variables } from './template.ts'

export interface AdapterOptions {
  /** The program. */
  readonly bin?: string
  /** The configuration (a template, see template.ts) instead of the reference one. */
  readonly config?: string
  readonly declares?: readonly Capability[]
}

const reference = (file: string): string => readFileSync(new URL(`./configs/${file}`, import.meta.url), 'utf8')
const self = (path: string) => (at: Variables) => `http://127.0.0.1:${at.SELF_PORT}${path}`

export function builtin({
  config = reference('agent-static.yaml'),
  declares = [],
}: AdapterOptions = {}): CollectorAdapter {
  const index = import.meta.resolve('@playground/agent')
  const main = fileURLToPath(new URL(index.replace(/index(\.\w+)$/, 'main$1')))
  return {
    name: 'builtin',
    config,
    configExtension: '.yaml',
    declares: ['disk-queue', 'parses-json-lines', 'exemplars', 'books', 'external-labels', ...declares],
    command: ({ configFile, at }) => ({
      program: process.execPath,
      args: [
        main,
        `-config.file=${configFile}`,
        '-config.expand-env',
        `-server.http.address=127.0.0.1:${at.SELF_PORT}`,
        `-storage.path=${at.DATA_DIR}/traces`,
      ],
    }),
    readyUrl: self('/-/ready'),
    metricsUrl: self('/metrics'),
    readBooks: builtinBooks,
    graceMs: 10_000,
  }
}

export function grafanaAgent({
  bin = 'grafana-agent',
  config = reference('agent-static.yaml'),
  declares = [],
}: AdapterOptions = {}): CollectorAdapter {
  return {
    name: 'grafana-agent',
    config,
    configExtension: '.yaml',
    declares: ['parses-json-lines', 'exemplars', 'external-labels', ...declares],
    command: ({ configFile, at }) => ({
      program: bin,
      args: [
        `-config.file=${configFile}`,
        '-config.expand-env',
        `-server.http.address=127.0.0.1:${at.SELF_PORT}`,
        `-server.grpc.address=127.0.0.1:${at.TELEMETRY_PORT}`,
        '-disable-reporting',
      ],
    }),
    readyUrl: self('/-/ready'),
    metricsUrl: self('/metrics'),
    graceMs: 15_000,
  }
}

export function otelcol({
  bin = 'otelcol',
  config = reference('otelcol.yaml'),
  declares = [],
}: AdapterOptions = {}): CollectorAdapter {
  return {
    name: 'otelcol',
    config,
    configExtension: '.yaml',
    declares: ['disk-queue', 'parses-json-lines', 'exemplars', 'books', 'external-labels', 'reload', ...declares],
    command: ({ configFile }) => ({ program: bin, args: ['--config', configFile] }),
    readyUrl: self('/'),
    metricsUrl: (at) => `http://127.0.0.1:${at.TELEMETRY_PORT}/metrics`,
    readBooks: otelcolBooks,
    reload: { kind: 'signal', signal: 'SIGHUP' },
    graceMs: 15_000,
  }
}

export function alloy({
  bin = 'alloy',
  config = reference('alloy.alloy'),
  declares = [],
}: AdapterOptions = {}): CollectorAdapter {
  return {
    name: 'alloy',
    config,
    configExtension: '.alloy',
    declares: ['parses-json-lines', 'exemplars', 'external-labels', 'reload', ...declares],
    command: ({ configFile, at }) => ({
      program: bin,
      args: [
        'run',
        configFile,
        `--storage.path=${at.DATA_DIR}`,
        `--server.http.listen-addr=${at.LISTEN_HOST}:${at.SELF_PORT}`,
        '--disable-reporting',
      ],
    }),
    readyUrl: self('/-/ready'),
    metricsUrl: self('/metrics'),
    reload: { kind: 'post', url: self('/-/reload') },
    graceMs: 15_000,
  }
}

export interface GenericOptions extends AdapterOptions {
  readonly bin: string
  readonly config: string
  readonly name?: string
  /** `{{CONFIG}}` is the file, the rest are the variables of template.ts. Default: `--config {{CONFIG}}`. */
  readonly args?: readonly string[]
  readonly configExtension?: string
  readonly readyPath?: string
  readonly metricsPath?: string
  readonly graceMs?: number
}

/** Any program that reads a file. */
export function generic(options: GenericOptions): CollectorAdapter {
  const { bin, config, name = 'generic', args = ['--config', '{{CONFIG}}'], declares = [], metricsPath } = options
  return {
    name,
    config,
    configExtension: options.configExtension ?? '.yaml',
    declares,
    command: ({ configFile, at }) => ({
      program: bin,
      args: args.map((arg) =>
        arg.replace(/\{\{(\w+)\}\}/g, (_, variable: string) =>
          variable === 'CONFIG' ? configFile : (at[variable as keyof Variables] ?? ''),
        ),
      ),
    }),
    readyUrl: self(options.readyPath ?? '/'),
    metricsUrl: metricsPath === undefined ? () => undefined : self(metricsPath),
    graceMs: options.graceMs ?? 15_000,
  }
}

type Sum = (name: RegExp, labels?: Readonly<Record<string, RegExp>>) => number

function summing({ samples }: Exposition): Sum {
  return (name, wanted = {}) =>
    samples
      .filter(({ labels }) => {
        const all = Object.fromEntries(labels) as Record<string, string | undefined>
        return (
          name.test(all['__name__'] ?? '') &&
          Object.entries(wanted).every(([label, value]) => value.test(all[label] ?? ''))
        )
      })
      .reduce((sum, { value }) => sum + value, 0)
}

const SIGNALS: readonly SelfSignal[] = ['traces', 'logs', 'metrics']

function builtinBooks(metrics: Exposition): SelfReport[] {
  const sum = summing(metrics)
  return SIGNALS.map((signal) => {
    const of = (outcome: string): number =>
      sum(/^playground_agent_items_total$/, { signal: new RegExp(`^${signal}$`), outcome: new RegExp(`^${outcome}$`) })
    return {
      signal,
      received: of('received'),
      sent: of('sent'),
      dropped: of('dropped'),
      queued: sum(/^playground_agent_queued_items$/, { signal: new RegExp(`^${signal}$`) }),
    }
  })
}

const OTELCOL_ITEMS: Record<SelfSignal, string> = { traces: 'spans', logs: 'log_records', metrics: 'metric_points' }

/** https://opentelemetry.io/docs/collector/internal-telemetry/: names with and without `_total`, by version. The queue counts requests, not items. */
function otelcolBooks(metrics: Exposition): SelfReport[] {
  const sum = summing(metrics)
  return SIGNALS.map((signal) => {
    const items = OTELCOL_ITEMS[signal]
    return {
      signal,
      received: sum(new RegExp(`^otelcol_receiver_accepted_${items}(_total)?$`)),
      sent: sum(new RegExp(`^otelcol_exporter_sent_${items}(_total)?$`)),
      dropped: sum(new RegExp(`^otelcol_exporter_(send_failed|enqueue_failed)_${items}(_total)?$`)),
      queued: sum(/^otelcol_exporter_queue_size$/, { data_type: new RegExp(`^${signal}$`) }),
    }
  })
}
