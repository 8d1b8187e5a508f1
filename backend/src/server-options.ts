/** What the three servers (`startLoki`, `startTempo`, `startPrometheus`) take and give, so that `main.ts` and `index.ts` start them alike. */

export interface RetentionOptions {
  /** Blocks whose newest row arrived longer ago than this are dropped. */
  readonly maxAgeMs: number
  /** Stored bytes of one server (journal and blocks of all tenants); the oldest blocks go first. */
  readonly maxBytes: number
}

export interface LimitOptions {
  /** Decompressed size of one request body; above it the answer is 413. */
  readonly maxBodyBytes: number
  /** A query that runs longer is stopped with that API's timeout error. */
  readonly queryTimeoutMs: number
  /** Rows, samples and results one query may hold at a time; above it the query is stopped with an error. */
  readonly queryMemoryBytes: number
  /** Decompressed blocks kept for the next query. */
  readonly blockCacheBytes: number
}

export interface ServerOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** `undefined` = in memory only. The server keeps one file there, `<server>.sqlite`. */
  readonly dataDir?: string | undefined
  /** Host names besides loopback that clients may call this server by (service names in Docker). */
  readonly allowedHosts: readonly string[]
  readonly retention: RetentionOptions
  readonly limits: LimitOptions
}

/** Tenants besides the default one: as pushed and as asked, or with what Loki discovers and aligns by default. */
export type NamedTenants = 'raw' | 'discover'

export interface TempoOptions extends ServerOptions {
  readonly otlpGrpcPort: number
  readonly otlpHttpPort: number
  /** Where the metrics generator remote-writes span metrics and the service graph; `undefined` = no generator. */
  readonly remoteWriteUrl?: string | undefined
}

export interface PrometheusOptions extends ServerOptions {
  /** Glob patterns of alerting and recording rule files. */
  readonly ruleFiles?: readonly string[] | undefined
  /** Experimental parts of PromQL by the names of Prometheus' `--enable-feature`; default none. */
  readonly featureFlags?: readonly string[] | undefined
}

export interface RunningServer {
  /** Base URL of the query API. */
  readonly url: string
  /** Every port it listens on by its name: `http`, and Tempo's `otlpGrpc` and `otlpHttp`. */
  readonly ports: Readonly<Record<string, number>>
  /** Stops listening, lets what runs finish within a bound, closes the store. */
  close(): Promise<void>
}

export const defaultLimits: LimitOptions = {
  maxBodyBytes: 64 * 2 ** 20,
  queryTimeoutMs: 60_000,
  queryMemoryBytes: 512 * 2 ** 20,
  blockCacheBytes: 64 * 2 ** 20,
}

export const defaultRetention: RetentionOptions = {
  maxAgeMs: 7 * 24 * 3_600_000,
  maxBytes: 2 * 2 ** 30,
}
