// One entry of logs.configs: files → pipeline → Loki clients, and the positions file that says how far each file got.
// Lines are not buffered on disk: the files are the buffer. A client that cannot deliver stops the reading.
import { join } from 'node:path'
import type { Ledger } from '../accounting/ledger.ts'
import type { Registry } from '../accounting/registry.ts'
import type { LogsConfig, LogsInstanceConfig, LogsScrapeConfig } from '../config/logs-schema.ts'
import { reasonOf, type Logger } from '../log.ts'
import { relabel } from '../metrics/relabel.ts'
import { publicUrl } from '../net/public-url.ts'
import type { FileProgress } from './file-progress.ts'
import { FileTarget } from './file-target.ts'
import type { SplitLine } from './line-splitter.ts'
import type { LogEntry } from './log-entry.ts'
import { LokiClient } from './loki-client.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import { PositionsFile, type Position } from './positions.ts'

export interface LogsInstanceOptions {
  readonly config: LogsInstanceConfig
  readonly logs: LogsConfig
  readonly registry: Registry
  readonly logger: Logger
}

// Loki's default limit is 256 KiB; lines up to four times that reach it, so that it is the one to refuse them.
const MAX_LINE_BYTES = 1024 * 1024
// Promtail's defaults (10 s for both) would leave 10 s of lines to be read again after a kill -9, and new files unseen that long.
const MAX_DISCOVERY_MS = 1000
const MAX_POSITIONS_SYNC_MS = 250
const STIR_WAIT_MS = 25

export class LogsInstance {
  readonly name: string
  readonly #options: LogsInstanceOptions
  readonly #positions: PositionsFile
  readonly #clients: LokiClient[] = []
  readonly #ledgers: Ledger[] = []
  readonly #targets: FileTarget[] = []
  readonly #pipelines = new Map<string, Pipeline>()
  /** Lines read and not yet kept or dropped: joining stages hold them. */
  #heldLines = 0
  #pollTimer: NodeJS.Timeout | undefined
  #pollDueMs = Infinity
  #discoverTimer: NodeJS.Timeout | undefined
  #positionsTimer: NodeJS.Timeout | undefined
  #pollMs: number
  #isStopped = false
  #lastReadError = ''
  #lastPositionsError = ''

  constructor(options: LogsInstanceOptions) {
    this.#options = options
    const { config, logs } = options
    this.name = config.name
    this.#pollMs = this.#minPollMs
    const filename = config.positions?.filename ?? join(logs.positions_directory ?? '.', `${config.name}.yml`)
    this.#positions = new PositionsFile(filename)
    this.#addClients()
    const saved = this.#readPositions(config.positions?.ignore_invalid_yaml === true)
    const savedAtMs = this.#positions.writtenAtMs
    for (const scrape of config.scrape_configs) this.#addTargets(scrape, saved, savedAtMs)
  }

  start(): void {
    this.#discover()
    this.#poll()
    this.#discoverTimer = setInterval(
      () => this.#discover(),
      Math.min(MAX_DISCOVERY_MS, this.#options.config.target_config.sync_period),
    )
    this.#positionsTimer = setInterval(
      () => this.#writePositions(),
      Math.min(MAX_POSITIONS_SYNC_MS, this.#options.config.positions?.sync_period ?? MAX_POSITIONS_SYNC_MS),
    )
  }

  /** Reads once more, then no more. */
  stopReading(): void {
    if (this.#isStopped) return
    clearInterval(this.#discoverTimer)
    clearTimeout(this.#pollTimer)
    this.#discover()
    for (const target of this.#targets) this.#guarded(() => target.poll(Date.now()))
    this.#isStopped = true
    for (const pipeline of this.#pipelines.values()) pipeline.flush()
  }

  async drain(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.drain(signal)))
    clearInterval(this.#positionsTimer)
    this.#writePositions()
    for (const target of this.#targets) target.close()
  }

  status(): ReturnType<FileTarget['status']> {
    return this.#targets.flatMap((target) => target.status())
  }

  get #minPollMs(): number {
    return Math.max(20, this.#options.logs.global?.file_watch_config.min_poll_frequency ?? 250)
  }

  #addClients(): void {
    const { config, logs, registry, logger } = this.#options
    const clients = config.clients.length > 0 ? config.clients : (logs.global?.clients ?? [])
    for (const client of clients) {
      const ledger = registry.ledger('logs', `${config.name}/${client.name ?? publicUrl(client.url)}`)
      ledger.counts(() => this.#heldLines)
      this.#ledgers.push(ledger)
      this.#clients.push(new LokiClient({ config: client, ledger, logger, onRoom: () => this.#stir() }))
    }
  }

  #readPositions(ignoresInvalid: boolean): readonly Position[] {
    try {
      return this.#positions.read()
    } catch (error) {
      if (!ignoresInvalid) throw error
      this.#options.logger.warn('positions file ignored', { error: reasonOf(error) })
      return []
    }
  }

  #addTargets(scrape: LogsScrapeConfig, saved: readonly Position[], savedAtMs: number): void {
    const { registry, logger } = this.#options
    for (const { labels: given } of scrape.static_configs) {
      const labels = relabel(new Map([['job', scrape.job_name], ...given]), scrape.relabel_configs)
      const pattern = labels?.get('__path__')
      if (labels === undefined || pattern === undefined) continue
      const exclude = labels.get('__path_exclude__')
      for (const name of labels.keys()) if (name.startsWith('__')) labels.delete(name)
      this.#targets.push(
        new FileTarget({
          pattern,
          exclude,
          saved,
          savedAtMs,
          maxLineBytes: MAX_LINE_BYTES,
          hasRoom: () => this.#hasRoom,
          onLine: (line, progress, path) => this.#read(line, progress, path, labels, scrape),
          onStir: () => this.#stir(),
          onAbandoned: (path, unreadBytes) => {
            logger.error('too many rotated files are waiting; the oldest is given up', {
              path,
              unread_bytes: unreadBytes,
            })
            registry.add(
              'playground_agent_abandoned_bytes_total',
              'Bytes of rotated files given up unread.',
              { path },
              unreadBytes,
            )
          },
          onFinished: (path) => logger.debug('rotated file read to its end', { path }),
        }),
      )
    }
  }

  get #hasRoom(): boolean {
    return !this.#isStopped && this.#clients.every((client) => client.hasRoom)
  }

  #read(
    line: SplitLine,
    progress: FileProgress,
    path: string,
    labels: ReadonlyMap<string, string>,
    scrape: LogsScrapeConfig,
  ): void {
    const { config, registry } = this.#options
    progress.lineRead(line.startOffset, line.endOffset, this.#clients.length)
    for (const ledger of this.#ledgers) ledger.received(1)
    this.#heldLines++
    const count = (name: string, help: string): void => registry.add(name, help, { config: config.name })
    if (line.isTruncated) count('playground_agent_truncated_lines_total', 'Lines longer than 1 MiB, cut there.')
    if (line.isRepaired)
      count('playground_agent_repaired_lines_total', 'Lines with bytes that are not UTF-8, replaced by U+FFFD.')
    const entry: LogEntry = {
      labels: new Map([...labels, ['filename', path]]),
      extracted: new Map<string, unknown>([...labels, ['filename', path]]),
      line: line.text,
      timestampUnixNano: BigInt(Date.now()) * 1_000_000n,
      metadata: [],
      origins: [{ progress, startOffset: line.startOffset }],
    }
    const { max_line_size: maxBytes, max_line_size_truncate: truncates } = config.limits_config
    if (maxBytes > 0 && Buffer.byteLength(entry.line) > maxBytes) {
      if (!truncates) return this.#drop(entry, 'line_too_long')
      entry.line = Buffer.from(entry.line).subarray(0, maxBytes).toString('utf8')
    }
    this.#pipelineOf(path, scrape).push(entry)
  }

  #pipelineOf(path: string, scrape: LogsScrapeConfig): Pipeline {
    const key = `${this.#options.config.scrape_configs.indexOf(scrape)} ${path}`
    let pipeline = this.#pipelines.get(key)
    if (pipeline === undefined) {
      pipeline = createPipeline(scrape.pipeline_stages, {
        kept: (entry) => this.#keep(entry),
        dropped: (entry, reason) => this.#drop(entry, reason),
      })
      this.#pipelines.set(key, pipeline)
    }
    return pipeline
  }

  #keep(entry: LogEntry): void {
    this.#heldLines -= entry.origins.length
    for (const client of this.#clients) client.add(entry)
  }

  #drop(entry: LogEntry, reason: string): void {
    this.#heldLines -= entry.origins.length
    for (const ledger of this.#ledgers) ledger.dropped(reason, entry.origins.length)
    for (const { progress, startOffset } of entry.origins) progress.settled(startOffset, this.#clients.length)
  }

  #discover(): void {
    for (const target of this.#targets) this.#guarded(() => target.discover())
  }

  /** A folder or file that cannot be read now (permissions, a dying disk) must not take the others along. */
  #guarded(step: () => void): void {
    try {
      step()
    } catch (error) {
      const reason = reasonOf(error)
      if (reason !== this.#lastReadError) this.#options.logger.error('cannot read logs', { error: reason })
      this.#lastReadError = reason
    }
  }

  #stir(): void {
    this.#pollMs = this.#minPollMs
    this.#schedulePoll(STIR_WAIT_MS)
  }

  #schedulePoll(inMs: number): void {
    const dueMs = Date.now() + inMs
    if (this.#isStopped || dueMs >= this.#pollDueMs) return
    clearTimeout(this.#pollTimer)
    this.#pollDueMs = dueMs
    this.#pollTimer = setTimeout(() => this.#poll(), inMs)
  }

  #poll(): void {
    this.#pollDueMs = Infinity
    const nowMs = Date.now()
    let hasRead = false
    for (const target of this.#targets) {
      this.#guarded(() => {
        hasRead = target.poll(nowMs) || hasRead
      })
    }
    const maxPollMs = Math.max(this.#minPollMs, this.#options.logs.global?.file_watch_config.max_poll_frequency ?? 250)
    this.#pollMs = hasRead ? this.#minPollMs : Math.min(maxPollMs, this.#pollMs * 2)
    this.#schedulePoll(this.#pollMs)
  }

  #writePositions(): void {
    try {
      this.#positions.write(this.#targets.flatMap((target) => target.positions()))
      this.#lastPositionsError = ''
    } catch (error) {
      // Tried again four times a second; told once, or a full disk would be the first to fill again.
      const reason = reasonOf(error)
      if (reason !== this.#lastPositionsError) {
        this.#options.logger.error('cannot write the positions file', { error: reason })
      }
      this.#lastPositionsError = reason
    }
  }
}
