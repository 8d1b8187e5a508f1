import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { DiskQueue } from './disk-queue.ts'

const body = (text: string): Uint8Array => Buffer.from(text)
const texts = (entries: readonly { body: Uint8Array }[]): string[] =>
  entries.map((entry) => Buffer.from(entry.body).toString())

test('every reader sees every entry once, in order, and what all have taken is gone', () => {
  using folder = temporaryFolder()
  const queue = new DiskQueue({ path: join(folder.path, 'q.sqlite'), readers: ['a', 'b'] })
  queue.append(body('one'), 1)
  queue.append(body('two'), 2)
  assert.deepEqual(texts(queue.peek('a', 10)), ['one', 'two'])
  assert.equal(queue.take('a', queue.peek('a', 1)), 1)
  assert.deepEqual([queue.itemsLeft('a'), queue.itemsLeft('b'), queue.entries], [2, 3, 2])
  queue.take('b', queue.peek('b', 10))
  assert.deepEqual([queue.entries, queue.sizeBytes], [1, 3])
  queue.close()
})

test('what was appended is there after the file is opened again, for each reader from where it stood', (t) => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'q.sqlite')
  const before = new DiskQueue({ path, readers: ['a', 'b'] })
  for (const text of ['one', 'two', 'three']) before.append(body(text), 1)
  before.take('a', before.peek('a', 2))
  // What a kill leaves behind: the files as they are, not closed.
  const copy = `${folder.path}-killed`
  cpSync(folder.path, copy, { recursive: true })
  t.after(() => rmSync(copy, { recursive: true }))
  const after = new DiskQueue({ path: join(copy, 'q.sqlite'), readers: ['a', 'b'] })
  assert.deepEqual(texts(after.peek('a', 10)), ['three'])
  assert.deepEqual(texts(after.peek('b', 10)), ['one', 'two', 'three'])
  assert.deepEqual([after.itemsLeft('a'), after.itemsLeft('b')], [1, 3])
  before.close()
  after.close()
})

test('a queue that was emptied before a restart does not hide new entries behind its old cursor', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'q.sqlite')
  const before = new DiskQueue({ path, readers: ['a'] })
  before.append(body('one'), 1)
  before.take('a', before.peek('a', 1))
  before.close()
  const after = new DiskQueue({ path, readers: ['a'] })
  after.append(body('two'), 1)
  assert.deepEqual(texts(after.peek('a', 10)), ['two'])
  after.close()
})

test('eviction tells who lost what, and a batch in flight then takes only the rest', () => {
  using folder = temporaryFolder()
  const queue = new DiskQueue({ path: join(folder.path, 'q.sqlite'), readers: ['fast', 'slow'] })
  queue.append(body('one'), 5)
  queue.append(body('two'), 7)
  queue.take('fast', queue.peek('fast', 1))
  const inFlight = queue.peek('slow', 2)
  assert.deepEqual([...queue.evictOldest()], [['slow', 5]])
  assert.equal(queue.take('slow', inFlight), 7)
  assert.equal(queue.itemsLeft('slow'), 0)
  queue.close()
})

test('a second agent on the same queue is told so', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'q.sqlite')
  const first = new DiskQueue({ path, readers: ['a'] })
  assert.throws(() => new DiskQueue({ path, readers: ['a'] }), /q\.sqlite is in use by another agent/)
  first.close()
})

test('an eviction that the disk refuses half-way leaves every item where it was, to be counted when it succeeds', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'q.sqlite')
  const withQueue = (use: (queue: DiskQueue) => void): void => {
    const queue = new DiskQueue({ path, readers: ['a', 'b'] })
    use(queue)
    queue.close()
  }
  const execute = (sql: string): void => {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
  }
  withQueue((queue) => queue.append(Buffer.from('one'), 3))
  // The cursors can be moved, the entry cannot be deleted.
  execute("CREATE TRIGGER full BEFORE DELETE ON entry BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END")
  withQueue((queue) => {
    assert.throws(() => queue.evictOldest(), /disk is full/)
    assert.deepEqual([queue.itemsLeft('a'), queue.itemsLeft('b'), queue.entries], [3, 3, 1])
    queue.append(Buffer.from('two'), 1)
  })
  execute('DROP TRIGGER full')
  withQueue((queue) => {
    assert.deepEqual([queue.itemsLeft('a'), queue.itemsLeft('b')], [4, 4])
    assert.deepEqual(Object.fromEntries(queue.evictOldest()), { a: 3, b: 3 })
    assert.equal(queue.entries, 1)
  })
})
