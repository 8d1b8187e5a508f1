/** Bounds of a `TenantStore`: when heads become blocks, and what is kept. */
export interface TenantStoreOptions {
  /** The store's file; `undefined` = in memory. */
  readonly path?: string | undefined
  /** A head is sealed when it reaches one of these. */
  readonly sealRows: number
  readonly sealBytes: number
  /** A head whose oldest row arrived longer ago than this is sealed too, so that retention can reach it. */
  readonly sealAgeMs: number
  /** Heads of all tenants together; above it the largest is sealed. */
  readonly maxHeadBytes: number
  readonly blockCacheBytes: number
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number }
  readonly maintenanceIntervalMs: number
  readonly now: () => number
  /** Sealing or retention failed; the rows stay where they are and it is tried again. Default: a warning on stderr. */
  readonly onFault: (error: unknown) => void
}

export const defaultStoreOptions: TenantStoreOptions = {
  sealRows: 65_536,
  sealBytes: 32 * 2 ** 20,
  sealAgeMs: 3_600_000,
  maxHeadBytes: 128 * 2 ** 20,
  blockCacheBytes: 64 * 2 ** 20,
  retention: { maxAgeMs: 7 * 24 * 3_600_000, maxBytes: 2 * 2 ** 30 },
  maintenanceIntervalMs: 5_000,
  now: Date.now,
  onFault: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
}
