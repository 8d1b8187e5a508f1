/**
 * One SQLite file per server: tenants, the journal of accepted batches, sealed blocks. This file owns every SQL statement of the
 * backend and turns SQLite's errors into `StorageError`; it does not know what payloads mean.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { storageErrorOf } from './sqlite-fault.ts'
import { StorageError } from './storage-error.ts'

/** 'OBSP', so that the file is not mistaken for somebody else's database (and `file` can name it). */
const applicationId = 0x4f425350
/** Of the tables below. The codec's version is counted apart, in `meta`. */
const schemaVersion = 1

const schema = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE tenant (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created_ms REAL NOT NULL);
  CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL,
    received_ms REAL NOT NULL,
    format INTEGER NOT NULL,
    payload BLOB NOT NULL
  );
  CREATE INDEX journal_tenant ON journal (tenant_id);
  CREATE TABLE block (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL,
    min_ms REAL NOT NULL,
    max_ms REAL NOT NULL,
    row_count INTEGER NOT NULL,
    newest_received_ms REAL NOT NULL,
    index_body BLOB NOT NULL
  );
  CREATE INDEX block_tenant ON block (tenant_id);
  CREATE TABLE block_section (block_id INTEGER NOT NULL, ordinal INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (block_id, ordinal));
`

export interface JournalDatabaseOptions {
  /** `undefined` = in memory. Its folder is created. */
  readonly path?: string | undefined
  readonly signal: string
  readonly codecVersion: number
}

export interface JournalRow {
  readonly id: number
  readonly tenantId: number
  readonly receivedMs: number
  readonly format: number
  readonly payload: Uint8Array
}

export interface BlockRow {
  readonly id: number
  readonly tenantId: number
  readonly minMs: number
  readonly maxMs: number
  readonly rows: number
  readonly newestReceivedMs: number
  readonly sizeBytes: number
  readonly sections: number
  readonly index: Uint8Array
}

export interface NewBlock {
  readonly minMs: number
  readonly maxMs: number
  readonly rows: number
  readonly newestReceivedMs: number
  readonly index: Uint8Array
  readonly sections: readonly Uint8Array[]
}

export function openJournalDatabase(options: JournalDatabaseOptions): JournalDatabase {
  const where = options.path ?? 'memory'
  try {
    if (options.path !== undefined) mkdirSync(dirname(options.path), { recursive: true })
    const db = new DatabaseSync(options.path ?? ':memory:')
    try {
      prepareFile(db, options, where)
      return new JournalDatabase(db, where)
    } catch (error) {
      db.close()
      throw error
    }
  } catch (cause) {
    throw storageErrorOf(cause, where)
  }
}

function prepareFile(db: DatabaseSync, options: JournalDatabaseOptions, where: string): void {
  // EXCLUSIVE: a second backend on this folder fails here at once instead of corrupting our picture of the file; it also spares the -shm file.
  db.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL',
  )
  db.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 16777216')
  const found = Number(db.prepare('PRAGMA application_id').get()?.['application_id'])
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'])
  if (tables === 0) {
    db.exec('BEGIN IMMEDIATE')
    db.exec(schema)
    db.prepare('INSERT INTO meta VALUES (?, ?), (?, ?)').run(
      'signal',
      options.signal,
      'codec_version',
      String(options.codecVersion),
    )
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`)
    return
  }
  if (found !== applicationId)
    throw new StorageError('STORAGE_CORRUPT', `${where} is a SQLite database of another program`)
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  const codecVersion = Number(readMeta(db, 'codec_version'))
  if (version > schemaVersion || codecVersion > options.codecVersion) {
    throw new StorageError(
      'STORAGE_NEWER_VERSION',
      `${where} was written by a newer version (format ${version}.${codecVersion}, this program knows ${schemaVersion}.${options.codecVersion}); ` +
        'update this program, or remove the folder to start empty',
    )
  }
  if (version < schemaVersion || codecVersion < options.codecVersion) {
    throw new StorageError(
      'STORAGE_NEWER_VERSION',
      `${where} was written by an older version (format ${version}.${codecVersion}, this program writes ${schemaVersion}.${options.codecVersion}) ` +
        'that it cannot read; remove the folder to start empty',
    )
  }
  const signal = readMeta(db, 'signal')
  if (signal !== options.signal)
    throw new StorageError('STORAGE_CORRUPT', `${where} holds ${signal ?? 'nothing known'}, not ${options.signal}`)
  // An exclusive WAL connection takes its lock with the first write.
  db.exec('BEGIN IMMEDIATE; COMMIT')
}

function readMeta(db: DatabaseSync, name: string): string | undefined {
  const value = db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value']
  return typeof value === 'string' ? value : undefined
}

export class JournalDatabase {
  readonly where: string
  readonly #db: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #insertJournal: StatementSync
  readonly #readSection: StatementSync

  constructor(db: DatabaseSync, where: string) {
    this.where = where
    this.#db = db
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#insertJournal = db.prepare(
      'INSERT INTO journal (tenant_id, received_ms, format, payload) VALUES (?, ?, ?, ?)',
    )
    this.#readSection = db.prepare('SELECT body FROM block_section WHERE block_id = ? AND ordinal = ?')
  }

  /** All of `work` or nothing of it. @throws StorageError */
  transaction<T>(work: () => T): T {
    try {
      this.#begin.run()
      const result = work()
      this.#commit.run()
      return result
    } catch (cause) {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw storageErrorOf(cause, this.where)
    }
  }

  insertTenant(name: string, createdMs: number): number {
    return Number(
      this.#db.prepare('INSERT INTO tenant (name, created_ms) VALUES (?, ?)').run(name, createdMs).lastInsertRowid,
    )
  }

  /** Returns the journal row's id; ids grow with the order of arrival. */
  insertJournal(tenantId: number, receivedMs: number, format: number, payload: Uint8Array): number {
    return Number(this.#insertJournal.run(tenantId, receivedMs, format, payload).lastInsertRowid)
  }

  deleteJournalRow(id: number): void {
    this.#db.prepare('DELETE FROM journal WHERE id = ?').run(id)
  }

  deleteJournalUpTo(tenantId: number, lastId: number): void {
    this.#db.prepare('DELETE FROM journal WHERE tenant_id = ? AND id <= ?').run(tenantId, lastId)
  }

  insertBlock(tenantId: number, block: NewBlock): number {
    const inserted = this.#db
      .prepare(
        'INSERT INTO block (tenant_id, min_ms, max_ms, row_count, newest_received_ms, index_body) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(tenantId, block.minMs, block.maxMs, block.rows, block.newestReceivedMs, block.index)
    const id = Number(inserted.lastInsertRowid)
    const insertSection = this.#db.prepare('INSERT INTO block_section (block_id, ordinal, body) VALUES (?, ?, ?)')
    for (const [ordinal, body] of block.sections.entries()) insertSection.run(id, ordinal, body)
    return id
  }

  deleteBlocks(ids: readonly number[]): void {
    const sections = this.#db.prepare('DELETE FROM block_section WHERE block_id = ?')
    const block = this.#db.prepare('DELETE FROM block WHERE id = ?')
    for (const id of ids) {
      sections.run(id)
      block.run(id)
    }
  }

  deleteTenant(tenantId: number): void {
    this.#db
      .prepare('DELETE FROM block_section WHERE block_id IN (SELECT id FROM block WHERE tenant_id = ?)')
      .run(tenantId)
    for (const table of ['block', 'journal']) this.#db.prepare(`DELETE FROM ${table} WHERE tenant_id = ?`).run(tenantId)
    this.#db.prepare('DELETE FROM tenant WHERE id = ?').run(tenantId)
  }

  /** Compressed bytes of one section, `undefined` when its block has been deleted. @throws StorageError */
  readSection(blockId: number, ordinal: number): Uint8Array | undefined {
    try {
      const body = this.#readSection.get(blockId, ordinal)?.['body']
      return body instanceof Uint8Array ? body : undefined
    } catch (cause) {
      throw storageErrorOf(cause, this.where)
    }
  }

  *tenants(): Generator<{ id: number; name: string; createdMs: number }> {
    for (const row of this.#rows('SELECT id, name, created_ms FROM tenant')) {
      yield { id: Number(row['id']), name: String(row['name']), createdMs: Number(row['created_ms']) }
    }
  }

  *journal(): Generator<JournalRow> {
    for (const row of this.#rows('SELECT id, tenant_id, received_ms, format, payload FROM journal ORDER BY id')) {
      yield {
        id: Number(row['id']),
        tenantId: Number(row['tenant_id']),
        receivedMs: Number(row['received_ms']),
        format: Number(row['format']),
        payload: bytesOf(row['payload']),
      }
    }
  }

  *blocks(): Generator<BlockRow> {
    const sql = `
      SELECT b.*, (SELECT count(*) FROM block_section s WHERE s.block_id = b.id) AS section_count,
        (SELECT coalesce(sum(length(body)), 0) FROM block_section s WHERE s.block_id = b.id) AS section_bytes
      FROM block b ORDER BY b.id`
    for (const row of this.#rows(sql)) {
      const index = bytesOf(row['index_body'])
      yield {
        id: Number(row['id']),
        tenantId: Number(row['tenant_id']),
        minMs: Number(row['min_ms']),
        maxMs: Number(row['max_ms']),
        rows: Number(row['row_count']),
        newestReceivedMs: Number(row['newest_received_ms']),
        sizeBytes: Number(row['section_bytes']) + index.length,
        sections: Number(row['section_count']),
        index,
      }
    }
  }

  /**
   * Gives pages of deleted rows back to the file system: only when a fifth of the file is free (what sealing frees is soon used again),
   * and at most 16 MiB at a time, so that it does not block for long.
   */
  reclaim(): void {
    try {
      const free = Number(this.#db.prepare('PRAGMA freelist_count').get()?.['freelist_count'])
      const pages = Number(this.#db.prepare('PRAGMA page_count').get()?.['page_count'])
      if (free > 4096 && free > pages / 5) this.#db.exec('PRAGMA incremental_vacuum(4096)')
    } catch (cause) {
      throw storageErrorOf(cause, this.where)
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  *#rows(sql: string): Generator<Record<string, unknown>> {
    try {
      yield* this.#db.prepare(sql).iterate()
    } catch (cause) {
      throw storageErrorOf(cause, this.where)
    }
  }
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0)
}
