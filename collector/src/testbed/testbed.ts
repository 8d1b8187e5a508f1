/**
 * One collector under test between a workload and a backend of its own, on free ports and in a temporary folder. Ending it ends the
 * collector and removes the folder.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@playground/backend'
import { Receiver, type ReceivedRequest } from '../backends/receiver.ts'
import type { CollectorAdapter } from '../collectors/adapter.ts'
import { RunningCollector } from '../collectors/running-collector.ts'
import { capabilitiesOf, render, variablesIn, type Capability, type Variables } from '../collectors/template.ts'
import { Ledger } from '../ledger/ledger.ts'
import type { OtlpClient } from '../senders/exchange.ts'
import { LogFiles } from '../senders/log-files.ts'
import { OtlpGrpcClient } from '../senders/otlp-grpc-client.ts'
import { OtlpHttpClient } from '../senders/otlp-http-client.ts'
import { ScrapeTarget } from '../senders/scrape-target.ts'
import type { SendOptions } from '../senders/send-workload.ts'
import { workload, type WorkloadOptions } from '../workload/workload.ts'
import { freePorts } from './free-ports.ts'
import { Sending } from './sending.ts'
import { forwardTo } from './store-forwarder.ts'

export interface TestbedOptions {
  readonly collector: CollectorAdapter
  /** `embedded`: Loki, Tempo and Prometheus of this lab in this process, for `answers`. Default: receivers only. */
  readonly stores?: 'embedded'
  /** Leaves the folder with configuration, logs and queues behind. */
  readonly keep?: boolean
  /** For the collector's process; default: PATH and HOME only, so that a test does not depend on whose shell it runs in. */
  readonly env?: Readonly<Record<string, string>>
  readonly readyTimeoutMs?: number
}

export type Signal = 'traces' | 'logs' | 'metrics'

export class Testbed implements AsyncDisposable {
  readonly folder: string
  readonly at: Variables
  readonly collector: RunningCollector
  readonly receivers: Readonly<Record<Signal, Receiver>>
  readonly files: LogFiles
  readonly target: ScrapeTarget
  readonly stores: Backend | undefined
  readonly capabilities: ReadonlySet<Capability>
  readonly #ledgers: Set<Ledger>
  readonly #resources: AsyncDisposableStack

  constructor(
    parts: Omit<Testbed, 'send' | 'otlpClient' | typeof Symbol.asyncDispose>,
    ledgers: Set<Ledger>,
    resources: AsyncDisposableStack,
  ) {
    this.folder = parts.folder
    this.at = parts.at
    this.collector = parts.collector
    this.receivers = parts.receivers
    this.files = parts.files
    this.target = parts.target
    this.stores = parts.stores
    this.capabilities = parts.capabilities
    this.#ledgers = ledgers
    this.#resources = resources
  }

  /** Starts sending; wait for `done`, then `settle`. */
  send(options: WorkloadOptions, how: SendOptions = {}): Sending {
    const ledger = new Ledger(workload(options))
    this.#ledgers.add(ledger)
    return new Sending(ledger, { otlp: this.otlpClient(), files: this.files, target: this.target }, how)
  }

  /** The collector's OTLP port, HTTP where it has both. */
  otlpClient(protocol?: 'http' | 'grpc'): OtlpClient | undefined {
    const used = variablesIn(this.collector.adapter.config)
    if (protocol !== 'grpc' && used.has('OTLP_HTTP_PORT'))
      return new OtlpHttpClient(`http://127.0.0.1:${this.at.OTLP_HTTP_PORT}`)
    return used.has('OTLP_GRPC_PORT') ? new OtlpGrpcClient(`127.0.0.1:${this.at.OTLP_GRPC_PORT}`) : undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }
}

/** @throws CollectorError when the collector does not get ready; everything that was started is ended by then */
export async function startTestbed(options: TestbedOptions): Promise<Testbed> {
  const { collector: adapter, keep = false, readyTimeoutMs } = options
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'collector-test-'))
  if (!keep) opened.defer(() => rm(folder, { recursive: true, force: true }))
  // Started only when asked for: importing the stores takes longer than starting everything else.
  const stores = options.stores === undefined ? undefined : await startStores()
  if (stores !== undefined) opened.use(stores)
  const ledgers = new Set<Ledger>()
  const host = '127.0.0.1'
  const onRequest = (request: ReceivedRequest): void => ledgers.forEach((ledger) => ledger.take(request))
  const forward = stores && forwardTo(stores)
  const receive = async (name: Signal): Promise<Receiver> =>
    opened.use(await Receiver.start({ name, host, onRequest, forward }))
  const receivers = { traces: await receive('traces'), logs: await receive('logs'), metrics: await receive('metrics') }
  const target = opened.use(await ScrapeTarget.start(host))
  const at = await variables(folder, receivers, target)
  await mkdir(at.LOG_DIR, { recursive: true })
  await mkdir(at.DATA_DIR, { recursive: true })
  const configFile = join(folder, `collector${adapter.configExtension}`)
  await writeFile(configFile, render(adapter.config, at))
  const files = opened.use(new LogFiles(at.LOG_DIR))
  const env = options.env ?? environment(['PATH', 'HOME'])
  const collector = opened.use(new RunningCollector(adapter, { configFile, at }, env))
  await collector.start(readyTimeoutMs)
  const capabilities = new Set([...capabilitiesOf(adapter.config), ...adapter.declares])
  return new Testbed({ folder, at, collector, receivers, files, target, stores, capabilities }, ledgers, opened.move())
}

async function startStores(): Promise<Backend> {
  const { startBackend } = await import('@playground/backend')
  return await startBackend({ metricsGenerator: false })
}

async function variables(
  folder: string,
  { traces, logs, metrics }: Record<Signal, Receiver>,
  target: ScrapeTarget,
): Promise<Variables> {
  const ports = await freePorts(['OTLP_GRPC_PORT', 'OTLP_HTTP_PORT', 'SELF_PORT', 'TELEMETRY_PORT'])
  const host = '127.0.0.1'
  const url = (port: number): string => `http://${host}:${port}`
  return {
    ...ports,
    LISTEN_HOST: host,
    LOG_DIR: join(folder, 'logs'),
    DATA_DIR: join(folder, 'data'),
    SCRAPE_TARGET: `${host}:${target.port}`,
    TRACES_OTLP_GRPC: `${host}:${traces.grpcPort}`,
    TRACES_OTLP_HTTP: url(traces.httpPort),
    LOGS_OTLP_GRPC: `${host}:${logs.grpcPort}`,
    LOGS_OTLP_HTTP: url(logs.httpPort),
    LOKI_URL: url(logs.httpPort),
    LOKI_PUSH_URL: `${url(logs.httpPort)}/loki/api/v1/push`,
    METRICS_OTLP_GRPC: `${host}:${metrics.grpcPort}`,
    METRICS_OTLP_HTTP: url(metrics.httpPort),
    PROMETHEUS_URL: url(metrics.httpPort),
    REMOTE_WRITE_URL: `${url(metrics.httpPort)}/api/v1/write`,
  }
}

function environment(names: readonly string[]): Record<string, string> {
  // oxlint-disable-next-line node/no-process-env -- The child needs a PATH; nothing is configured by it.
  const { env } = process
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
