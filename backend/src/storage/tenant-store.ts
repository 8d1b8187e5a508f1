/**
 * Tenants of one signal: what is appended is in the journal before it is acknowledged, in a head for reading, and later in sealed blocks.
 * Owns durability, sealing, retention and the cache of opened blocks; what rows are, the codec knows.
 */
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { BlockCache, type CachedBlock } from './block-cache.ts'
import { openJournalDatabase, type JournalDatabase, type NewBlock } from './journal-database.ts'
import { readSections } from './section-reader.ts'
import type { SealedPart, SignalCodec, StoredBlock } from './signal-codec.ts'
import { expiredBlocks } from './retention.ts'
import { StorageError } from './storage-error.ts'
import { defaultStoreOptions, type TenantStoreOptions } from './store-options.ts'

export interface AppendRequest<Batch> {
  readonly payload: Uint8Array
  /** Which wire format `payload` is in: given back to `codec.decode` at replay. */
  readonly format: number
  /** `payload`, decoded: the route has validated it already. */
  readonly batch: Batch
  /** Default: now. */
  readonly receivedMs?: number
}

/** What a query sees of a tenant at one moment. */
export interface Selection<Head, Index, Block> {
  /** Oldest first; the one being sealed comes before the one that grows. Their time range is the codec's to check. */
  readonly heads: readonly Head[]
  /** Oldest first by arrival, only those that overlap the time range. */
  readonly blocks: readonly StoredBlock<Index>[]
  /** Through the cache. @throws StorageError */
  readonly open: (block: StoredBlock<Index>) => Block
}

export interface TenantSummary {
  readonly id: string
  readonly createdMs: number
  readonly headRows: number
  readonly blocks: number
  readonly blockRows: number
  /** On disk, compressed: journal and blocks. */
  readonly sizeBytes: number
}

export interface TenantAdministration {
  listTenants(): TenantSummary[]
  /** Forgets everything of a tenant; a tenant nobody has written to is forgotten already. */
  deleteTenant(id: string): Promise<void>
}

interface SealingHead<Head> {
  readonly head: Head
  readonly lastJournalId: number
  readonly journalBytes: number
  readonly newestReceivedMs: number
}

interface Tenant<Head, Index> {
  readonly name: string
  readonly createdMs: number
  /** Row in the database; absent until the first append has been committed. */
  rowId: number | undefined
  head: Head
  headBytes: number
  lastJournalId: number
  journalBytes: number
  oldestReceivedMs: number
  newestReceivedMs: number
  sealing: SealingHead<Head> | undefined
  /** A seal that has not begun yet. */
  scheduledSeal: Promise<void> | undefined
  /** After a failed seal: not before this moment again, as long as the head has room. 0: the last one succeeded. */
  sealRetryMs: number
  blocks: StoredBlock<Index>[]
  deleted: boolean
}

interface PendingAppend<Batch, Head, Index> {
  readonly tenant: Tenant<Head, Index>
  readonly request: AppendRequest<Batch>
  readonly receivedMs: number
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

const zstdCompress = promisify(zlib.zstdCompress)
// Level 3 and a checksum: a flipped bit on the disk is an error, never a wrong answer.
const zstdOptions = { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }
const emptySelection = {
  heads: [],
  blocks: [],
  open: () => {
    throw new StorageError('STORAGE_BLOCK_GONE', 'this tenant has no blocks')
  },
}

export class TenantStore<Batch, Head, Index, Block> implements TenantAdministration {
  readonly #codec: SignalCodec<Batch, Head, Index, Block>
  readonly #options: TenantStoreOptions
  readonly #db: JournalDatabase
  readonly #tenants = new Map<string, Tenant<Head, Index>>()
  readonly #cache: BlockCache<Block>
  readonly #listeners = new Set<(tenant: string, batch: Batch, receivedMs: number) => void>()
  #pending: PendingAppend<Batch, Head, Index>[] = []
  #flushScheduled = false
  #sealChain: Promise<void> = Promise.resolve()
  #maintenance: NodeJS.Timeout
  #closed = false

  private constructor(codec: SignalCodec<Batch, Head, Index, Block>, options: TenantStoreOptions) {
    this.#codec = codec
    this.#options = options
    this.#db = openJournalDatabase({ path: options.path, signal: codec.signal, codecVersion: codec.version })
    this.#cache = new BlockCache(options.blockCacheBytes)
    try {
      this.#load()
    } catch (error) {
      this.#db.close()
      throw error
    }
    this.#maintenance = setInterval(
      () => void this.maintain().catch(options.onFault),
      options.maintenanceIntervalMs,
    ).unref()
  }

  /** Opens the file and replays its journal. @throws StorageError */
  static open<Batch, Head, Index, Block>(
    codec: SignalCodec<Batch, Head, Index, Block>,
    options: Partial<TenantStoreOptions> = {},
  ): TenantStore<Batch, Head, Index, Block> {
    return new TenantStore(codec, { ...defaultStoreOptions, ...options })
  }

  /**
   * Resolves when the batch is committed and can be read. Appends of one turn of the event loop share one transaction.
   * @throws StorageError; then nothing of this batch is stored.
   */
  async append(tenantId: string, request: AppendRequest<Batch>): Promise<void> {
    this.#assertOpen()
    let tenant = this.#tenantFor(tenantId)
    // Sealing goes on beside ingest, unless ingest outruns it: then the writer waits, so that heads stay bounded.
    if (this.#isFull(tenant, 2)) {
      await this.#seal(tenant)
      this.#assertOpen()
      // Deleted meanwhile, it is another one now; rows for the old one would be acknowledged and never found.
      tenant = this.#tenantFor(tenantId)
    }
    const receivedMs = request.receivedMs ?? this.#options.now()
    await new Promise<void>((resolve, reject) => {
      this.#pending.push({ tenant, request, receivedMs, resolve, reject })
      if (this.#flushScheduled) return
      this.#flushScheduled = true
      setImmediate(() => this.#flush())
    })
    const failing = tenant.sealRetryMs > this.#options.now()
    if (!failing && this.#isFull(tenant, 1)) this.#seal(tenant).catch(this.#options.onFault)
  }

  /** What is there of a tenant in a time range (inclusive, ms; default: everything). Synchronous: a consistent moment. */
  select(tenantId: string, range: { minMs?: number; maxMs?: number } = {}): Selection<Head, Index, Block> {
    this.#assertOpen()
    const tenant = this.#tenants.get(tenantId)
    if (tenant === undefined) return emptySelection
    const { minMs = -Infinity, maxMs = Infinity } = range
    return {
      heads: tenant.sealing === undefined ? [tenant.head] : [tenant.sealing.head, tenant.head],
      blocks: tenant.blocks.filter((block) => block.maxMs >= minMs && block.minMs <= maxMs),
      open: (block) => this.#openBlock(block),
    }
  }

  /** Calls `listener` with every batch once it is committed. Returns the function that ends it. */
  onAppend(listener: (tenant: string, batch: Batch, receivedMs: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  listTenants(): TenantSummary[] {
    return [...this.#tenants.values()]
      .filter((tenant) => tenant.rowId !== undefined)
      .map((tenant) => this.#summarise(tenant))
  }

  async deleteTenant(id: string): Promise<void> {
    this.#assertOpen()
    this.#flush()
    const tenant = this.#tenants.get(id)
    if (tenant !== undefined) this.#forgetTenant(tenant)
  }

  /** Seals every head that has rows (Loki's and Mimir's `/flush`). */
  async sealAll(): Promise<void> {
    this.#assertOpen()
    this.#flush()
    await Promise.all([...this.#tenants.values()].map((tenant) => this.#seal(tenant)))
  }

  /** Seals what is due by age or size and applies retention. Runs by itself every `maintenanceIntervalMs`. */
  async maintain(): Promise<void> {
    if (this.#closed) return
    const now = this.#options.now()
    const { sealAgeMs } = this.#options
    // A seal that runs is not due once more: that would cut off the few rows that have come since.
    const isDue = (tenant: Tenant<Head, Index>): boolean =>
      tenant.sealRetryMs > 0 || this.#isFull(tenant, 1) || tenant.oldestReceivedMs < now - sealAgeMs
    const due = [...this.#tenants.values()].filter((tenant) => tenant.sealRetryMs <= now && isDue(tenant))
    await Promise.all(due.map((tenant) => this.#seal(tenant)))
    await this.#boundHeads()
    await this.#sealChain
    if (!this.#closed) this.#retain(now)
  }

  /** Waits for what is being written and closes the file. Unsealed rows stay in the journal. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#flush()
    this.#closed = true
    clearInterval(this.#maintenance)
    await this.#sealChain
    this.#db.close()
  }

  #assertOpen(): void {
    if (this.#closed) throw new StorageError('STORAGE_CLOSED', `the store of ${this.#codec.signal} is closed`)
  }

  #load(): void {
    const byRow = new Map<number, Tenant<Head, Index>>()
    for (const row of this.#db.tenants()) byRow.set(row.id, this.#createTenant(row.name, row.createdMs, row.id))
    for (const { tenantId, index, ...block } of this.#db.blocks()) {
      byRow.get(tenantId)?.blocks.push({ ...block, index: this.#codec.openIndex(index) })
    }
    for (const row of this.#db.journal()) {
      const tenant = byRow.get(row.tenantId)
      if (tenant === undefined) continue
      try {
        this.#codec.append(tenant.head, this.#codec.decode(row.payload, row.format), row.receivedMs)
      } catch (cause) {
        throw new StorageError(
          'STORAGE_CORRUPT',
          `${this.#db.where}: journal row ${row.id} cannot be replayed; remove the folder to start empty`,
          cause,
        )
      }
      this.#journaled(tenant, row.id, row.payload.length, row.receivedMs)
    }
    for (const tenant of byRow.values()) tenant.headBytes = this.#codec.headStats(tenant.head).sizeBytes
  }

  #tenantFor(name: string): Tenant<Head, Index> {
    return this.#tenants.get(name) ?? this.#createTenant(name, this.#options.now(), undefined)
  }

  #createTenant(name: string, createdMs: number, rowId: number | undefined): Tenant<Head, Index> {
    const tenant: Tenant<Head, Index> = {
      name,
      createdMs,
      rowId,
      head: this.#codec.createHead(name, undefined),
      headBytes: 0,
      lastJournalId: 0,
      journalBytes: 0,
      oldestReceivedMs: Infinity,
      newestReceivedMs: -Infinity,
      sealing: undefined,
      scheduledSeal: undefined,
      sealRetryMs: 0,
      blocks: [],
      deleted: false,
    }
    this.#tenants.set(name, tenant)
    return tenant
  }

  #journaled(tenant: Tenant<Head, Index>, journalId: number, sizeBytes: number, receivedMs: number): void {
    tenant.lastJournalId = journalId
    tenant.journalBytes += sizeBytes
    tenant.oldestReceivedMs = Math.min(tenant.oldestReceivedMs, receivedMs)
    tenant.newestReceivedMs = Math.max(tenant.newestReceivedMs, receivedMs)
  }

  /** Group commit: one transaction for all that has come since the last turn; acknowledgements after it. */
  #flush(): void {
    this.#flushScheduled = false
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
    const journalIds: number[] = []
    const created = new Set<Tenant<Head, Index>>()
    try {
      this.#db.transaction(() => {
        for (const { tenant, request, receivedMs } of pending) {
          if (tenant.rowId === undefined) {
            tenant.rowId = this.#db.insertTenant(tenant.name, tenant.createdMs)
            created.add(tenant)
          }
          journalIds.push(this.#db.insertJournal(tenant.rowId, receivedMs, request.format, request.payload))
        }
      })
    } catch (error) {
      for (const tenant of created) tenant.rowId = undefined
      for (const { reject } of pending) reject(error)
      return
    }
    for (const [position, append] of pending.entries()) this.#apply(append, journalIds[position] ?? 0)
  }

  #apply({ tenant, request, receivedMs, resolve, reject }: PendingAppend<Batch, Head, Index>, journalId: number): void {
    try {
      this.#codec.append(tenant.head, request.batch, receivedMs)
    } catch (error) {
      this.#forgetJournalRow(journalId)
      reject(error)
      return
    }
    this.#journaled(tenant, journalId, request.payload.length, receivedMs)
    resolve()
    for (const listener of this.#listeners) {
      try {
        listener(tenant.name, request.batch, receivedMs)
      } catch (error) {
        this.#options.onFault(error)
      }
    }
  }

  #forgetTenant(tenant: Tenant<Head, Index>): void {
    const { rowId } = tenant
    if (rowId !== undefined) this.#db.transaction(() => this.#db.deleteTenant(rowId))
    tenant.deleted = true
    this.#tenants.delete(tenant.name)
    for (const block of tenant.blocks) this.#cache.delete(block.id)
  }

  /** A batch that the head refuses would fail again at every start. */
  #forgetJournalRow(journalId: number): void {
    try {
      this.#db.transaction(() => this.#db.deleteJournalRow(journalId))
    } catch (error) {
      this.#options.onFault(error)
    }
  }

  #isFull(tenant: Tenant<Head, Index>, times: number): boolean {
    const { rows, sizeBytes } = this.#codec.headStats(tenant.head)
    tenant.headBytes = sizeBytes
    return rows >= times * this.#options.sealRows || sizeBytes >= times * this.#options.sealBytes
  }

  /** One seal at a time over all tenants: each holds a head's worth of serialised columns. */
  #seal(tenant: Tenant<Head, Index>): Promise<void> {
    if (tenant.scheduledSeal !== undefined) return tenant.scheduledSeal
    const run = this.#sealChain.then(async () => {
      tenant.scheduledSeal = undefined
      try {
        // What an earlier attempt could not store goes first.
        if (tenant.sealing === undefined || (await this.#store(tenant, tenant.sealing)))
          await this.#store(tenant, this.#cutHead(tenant))
        tenant.sealRetryMs = 0
      } catch (error) {
        tenant.sealRetryMs = this.#options.now() + this.#options.maintenanceIntervalMs
        throw error
      }
    })
    tenant.scheduledSeal = run
    this.#sealChain = run.catch(() => {})
    return run
  }

  /** Returns whether the tenant is still there afterwards. */
  async #store(tenant: Tenant<Head, Index>, sealing: SealingHead<Head> | undefined): Promise<boolean> {
    const { rowId } = tenant
    if (sealing === undefined || rowId === undefined || tenant.deleted || this.#closed) return false
    const parts = await this.#codec.seal(sealing.head)
    const blocks = await Promise.all(parts.map((part) => compressPart(part, sealing.newestReceivedMs)))
    if (tenant.deleted) return false
    const ids = this.#db.transaction(() => {
      this.#db.deleteJournalUpTo(rowId, sealing.lastJournalId)
      return blocks.map((block) => this.#db.insertBlock(rowId, block))
    })
    for (const [position, block] of blocks.entries()) {
      const { index, sections, ...rest } = block
      const sizeBytes = sections.reduce((sum, section) => sum + section.length, index.length)
      tenant.blocks.push({ ...rest, id: ids[position] ?? 0, sizeBytes, index: this.#codec.openIndex(index) })
    }
    tenant.sealing = undefined
    return true
  }

  #cutHead(tenant: Tenant<Head, Index>): SealingHead<Head> | undefined {
    if (this.#codec.headStats(tenant.head).rows === 0) return undefined
    const { head, lastJournalId, journalBytes, newestReceivedMs } = tenant
    tenant.head = this.#codec.createHead(tenant.name, head)
    tenant.headBytes = 0
    tenant.journalBytes = 0
    tenant.oldestReceivedMs = Infinity
    tenant.newestReceivedMs = -Infinity
    tenant.sealing = { head, lastJournalId, journalBytes, newestReceivedMs }
    return tenant.sealing
  }

  async #boundHeads(): Promise<void> {
    const bySize = [...this.#tenants.values()].sort((a, b) => b.headBytes - a.headBytes)
    let total = bySize.reduce((sum, tenant) => sum + tenant.headBytes, 0)
    for (const tenant of bySize) {
      if (total <= this.#options.maxHeadBytes) return
      total -= tenant.headBytes
      await this.#seal(tenant)
    }
  }

  #retain(now: number): void {
    this.#flush()
    const tenants = [...this.#tenants.values()]
    const totalBytes = tenants.reduce((sum, tenant) => sum + this.#summarise(tenant).sizeBytes, 0)
    const expired = expiredBlocks(tenants, totalBytes, this.#options.retention, now)
    if (expired.size > 0) {
      this.#db.transaction(() => this.#db.deleteBlocks([...expired].map((block) => block.id)))
      for (const tenant of tenants) tenant.blocks = tenant.blocks.filter((block) => !expired.has(block))
      for (const block of expired) this.#cache.delete(block.id)
    }
    // A tenant per test run or replay, never deleted, would otherwise add up: each has a head and what outlives one.
    for (const tenant of tenants) if (this.#isEmpty(tenant)) this.#forgetTenant(tenant)
    this.#db.reclaim()
  }

  #isEmpty({ blocks, sealing, scheduledSeal, journalBytes, head }: Tenant<Head, Index>): boolean {
    const written = blocks.length > 0 || sealing !== undefined || journalBytes > 0
    return !written && scheduledSeal === undefined && this.#codec.headStats(head).rows === 0
  }

  #openBlock(block: StoredBlock<Index>): Block {
    const cached = this.#cache.get(block.id)
    if (cached !== undefined) return cached.value
    let entry: CachedBlock<Block> | undefined
    let chargedWhileOpening = 0
    const charge = (sizeBytes: number): void => {
      if (entry === undefined) chargedWhileOpening += sizeBytes
      else this.#cache.grow(entry, sizeBytes)
    }
    const opened = this.#codec.openBlock(block, readSections(this.#db, block.id, charge))
    entry = this.#cache.add(block.id, opened, chargedWhileOpening)
    return opened
  }

  #summarise(tenant: Tenant<Head, Index>): TenantSummary {
    const sealing = tenant.sealing === undefined ? 0 : this.#codec.headStats(tenant.sealing.head).rows
    return {
      id: tenant.name,
      createdMs: tenant.createdMs,
      headRows: this.#codec.headStats(tenant.head).rows + sealing,
      blocks: tenant.blocks.length,
      blockRows: tenant.blocks.reduce((sum, block) => sum + block.rows, 0),
      sizeBytes: tenant.blocks.reduce(
        (sum, block) => sum + block.sizeBytes,
        tenant.journalBytes + (tenant.sealing?.journalBytes ?? 0),
      ),
    }
  }
}

async function compressPart(part: SealedPart, newestReceivedMs: number): Promise<NewBlock> {
  const sections = await Promise.all(part.sections.map((section) => zstdCompress(section, zstdOptions)))
  return { ...part, newestReceivedMs, sections }
}
