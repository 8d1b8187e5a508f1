// Items that were accepted and not yet delivered, on disk, so that they survive the process.
// One SQLite file (node:sqlite, WAL, synchronous=NORMAL: survives kill -9, not a power cut); each reader has its own cursor.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

export interface QueuedEntry {
  readonly id: number
  readonly items: number
  readonly atMs: number
  readonly body: Uint8Array
}

export interface DiskQueueOptions {
  readonly path: string
  readonly readers: readonly string[]
}

const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -1024;
  PRAGMA journal_size_limit = 4194304;
  CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, items INTEGER NOT NULL, at_ms INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS cursor (reader TEXT PRIMARY KEY, next_id INTEGER NOT NULL) STRICT;
`

/** Opens the file for this process alone: two agents on one queue would both send it. */
function openLocked(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const database = new DatabaseSync(path)
    database.exec(SCHEMA)
    return database
  } catch (cause) {
    const isLocked = cause instanceof Error && cause.message.includes('locked')
    throw new Error(isLocked ? `${path} is in use by another agent` : `cannot open the queue ${path}`, { cause })
  }
}

export class DiskQueue {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #moveCursor: StatementSync
  readonly #deleteBelow: StatementSync
  readonly #sizeBelow: StatementSync
  readonly #first: StatementSync
  readonly #cursors = new Map<string, number>()
  readonly #itemsLeft = new Map<string, number>()
  #nextId: number
  #entries: number
  #bytes: number
  #firstId: number

  constructor({ path, readers }: DiskQueueOptions) {
    const database = openLocked(path)
    this.#database = database
    this.#insert = database.prepare('INSERT INTO entry (id, items, at_ms, body) VALUES (?, ?, ?, ?)')
    this.#select = database.prepare('SELECT id, items, at_ms, body FROM entry WHERE id >= ? ORDER BY id LIMIT ?')
    this.#first = database.prepare('SELECT id, items, at_ms FROM entry WHERE id >= ? ORDER BY id LIMIT 1')
    this.#moveCursor = database.prepare(
      'INSERT INTO cursor (reader, next_id) VALUES (?, ?) ON CONFLICT (reader) DO UPDATE SET next_id = excluded.next_id',
    )
    this.#deleteBelow = database.prepare('DELETE FROM entry WHERE id < ?')
    this.#sizeBelow = database.prepare(
      'SELECT count(*) AS n, coalesce(sum(length(body)), 0) AS size FROM entry WHERE id < ?',
    )
    const state = database
      .prepare(
        'SELECT count(*) AS n, coalesce(min(id), 0) AS low, coalesce(max(id), 0) AS high, coalesce(sum(length(body)), 0) AS size FROM entry',
      )
      .get()
    this.#entries = Number(state?.['n'])
    this.#bytes = Number(state?.['size'])
    const cursorRows = database.prepare('SELECT reader, next_id FROM cursor').all()
    const highestCursor = Math.max(0, ...cursorRows.map((row) => Number(row['next_id'])))
    // Ids never go back, or a cursor kept from an emptied queue would skip new entries.
    this.#nextId = Math.max(Number(state?.['high']) + 1, highestCursor)
    this.#firstId = this.#entries === 0 ? this.#nextId : Number(state?.['low'])
    const known = new Map(cursorRows.map((row) => [String(row['reader']), Number(row['next_id'])]))
    for (const reader of readers) {
      const cursor = Math.max(known.get(reader) ?? this.#firstId, this.#firstId)
      this.#cursors.set(reader, cursor)
      const left = database.prepare('SELECT coalesce(sum(items), 0) AS items FROM entry WHERE id >= ?').get(cursor)
      this.#itemsLeft.set(reader, Number(left?.['items']))
    }
    const isConfigured = new Set(readers)
    const forget = database.prepare('DELETE FROM cursor WHERE reader = ?')
    for (const reader of known.keys()) if (!isConfigured.has(reader)) forget.run(reader)
    this.#trim()
  }

  get entries(): number {
    return this.#entries
  }

  get sizeBytes(): number {
    return this.#bytes
  }

  /** Items `reader` has not taken yet. */
  itemsLeft(reader: string): number {
    return this.#itemsLeft.get(reader) ?? 0
  }

  /** Durable when it returns. Throws when the disk refuses (full, read-only). */
  append(body: Uint8Array, items: number, nowMs = Date.now()): void {
    this.#insert.run(this.#nextId, items, nowMs, body)
    this.#nextId += 1
    this.#entries += 1
    this.#bytes += body.byteLength
    for (const [reader, left] of this.#itemsLeft) this.#itemsLeft.set(reader, left + items)
  }

  /** The next entries of a reader, without taking them. */
  peek(reader: string, limit: number): QueuedEntry[] {
    return this.#select.all(this.#cursorOf(reader), limit).map((row) => ({
      id: Number(row['id']),
      items: Number(row['items']),
      atMs: Number(row['at_ms']),
      body: row['body'] instanceof Uint8Array ? row['body'] : new Uint8Array(),
    }))
  }

  /** Takes peeked entries, delivered or dropped. Returns the items taken: fewer than peeked when some were evicted meanwhile. */
  take(reader: string, entries: readonly QueuedEntry[]): number {
    const cursor = this.#cursorOf(reader)
    const taken = entries.filter((entry) => entry.id >= cursor)
    const last = taken.at(-1)
    if (last === undefined) return 0
    const items = taken.reduce((sum, entry) => sum + entry.items, 0)
    this.#moveCursor.run(reader, last.id + 1)
    this.#cursors.set(reader, last.id + 1)
    this.#itemsLeft.set(reader, this.itemsLeft(reader) - items)
    this.#trim()
    return items
  }

  /** When the oldest entry was appended, whoever has read it; undefined when there is none. */
  get oldestMs(): number | undefined {
    const row = this.#first.get(this.#firstId)
    return row === undefined ? undefined : Number(row['at_ms'])
  }

  /** Drops the oldest entry to make room; returns which readers lose how many items by it. */
  evictOldest(): Map<string, number> {
    const lost = new Map<string, number>()
    const row = this.#first.get(this.#firstId)
    if (row === undefined) return lost
    const [id, items] = [Number(row['id']), Number(row['items'])]
    const losers = [...this.#cursors].filter(([, cursor]) => cursor <= id).map(([reader]) => reader)
    // All or nothing: a disk that is full in the middle of it would leave items that nobody has counted as lost.
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const reader of losers) this.#moveCursor.run(reader, id + 1)
      this.#deleteTo(id + 1, () => this.#database.exec('COMMIT'))
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
    for (const reader of losers) {
      this.#cursors.set(reader, id + 1)
      this.#itemsLeft.set(reader, this.itemsLeft(reader) - items)
      lost.set(reader, items)
    }
    return lost
  }

  close(): void {
    this.#database.close()
  }

  #cursorOf(reader: string): number {
    const cursor = this.#cursors.get(reader)
    if (cursor === undefined) throw new Error(`queue has no reader ${reader}`)
    return cursor
  }

  /** Forgets what every reader has taken. */
  #trim(): void {
    const low = Math.min(this.#nextId, ...this.#cursors.values())
    if (low <= this.#firstId) return
    try {
      this.#deleteTo(low)
    } catch {
      // A full disk may refuse even a delete. The cursors have moved, so nothing is sent twice; the next take tries again.
    }
  }

  #deleteTo(id: number, commit = (): void => {}): void {
    const gone = this.#sizeBelow.get(id)
    this.#deleteBelow.run(id)
    commit()
    this.#entries -= Number(gone?.['n'])
    this.#bytes -= Number(gone?.['size'])
    this.#firstId = id
  }
}
