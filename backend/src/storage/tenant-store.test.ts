import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { lineCodec, linesRequest } from './line-codec.fixture.ts'
import { storageErrorOf } from './sqlite-fault.ts'
import { StorageError, type StorageFault } from './storage-error.ts'
import type { TenantStoreOptions } from './store-options.ts'
import { TenantStore } from './tenant-store.ts'

type LineStore = ReturnType<typeof openLines>

function openLines(options: Partial<TenantStoreOptions> = {}, codec = lineCodec) {
  return TenantStore.open(codec, { onFault: (error) => assert.fail(String(error)), ...options })
}

async function temporaryFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-store-'))
  t.after(() => rm(folder, { recursive: true }))
  return join(folder, 'lines.sqlite')
}

function read(store: LineStore, tenant: string, range: { minMs?: number; maxMs?: number } = {}): string[] {
  const { heads, blocks, open } = store.select(tenant, range)
  return [...blocks.flatMap((block) => open(block).lines()), ...heads.flatMap((head) => head.lines)]
}

function throwsFault(code: StorageFault, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof StorageError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  }
}

test('an appended batch can be read as soon as the append resolves, by its tenant only', async () => {
  const store = openLines()
  await store.append('a', linesRequest(['one', 'two']))
  assert.deepEqual(read(store, 'a'), ['one', 'two'])
  assert.deepEqual(read(store, 'b'), [])
  assert.deepEqual(
    store.listTenants().map(({ id, headRows }) => ({ id, headRows })),
    [{ id: 'a', headRows: 2 }],
  )
  await store.close()
})

test('rows, their order and their arrival times are back after a restart, sealed or not', async (t) => {
  const path = await temporaryFile(t)
  const first = openLines({ path, sealRows: 100, now: () => 2_000 })
  for (let number = 0; number < 250; number++) await first.append('a', linesRequest([`line ${number}`], 1_000 + number))
  await first.maintain()
  await first.close()
  const second = openLines({ path })
  assert.deepEqual(
    read(second, 'a'),
    Array.from({ length: 250 }, (_, number) => `line ${number}`),
  )
  const { heads, blocks } = second.select('a')
  assert.equal(blocks.length, 2)
  assert.equal(blocks[0]?.index.firstLine, 'line 0')
  assert.deepEqual(
    heads[0]?.receivedMs,
    Array.from({ length: 50 }, (_, number) => 1_200 + number),
  )
  await second.close()
})

test('a time range leaves out the blocks that do not overlap it', async () => {
  const store = openLines()
  for (const minute of [1, 2, 3]) {
    await store.append('a', linesRequest([`minute ${minute}`], minute * 60_000))
    await store.sealAll()
  }
  assert.deepEqual(read(store, 'a', { minMs: 60_001, maxMs: 120_000 }), ['minute 2'])
  assert.deepEqual(read(store, 'a', { maxMs: 60_000 }), ['minute 1'])
  assert.equal(read(store, 'a').length, 3)
  await store.close()
})

test('a batch that the head refuses is rejected, and is not there after a restart', async (t) => {
  const path = await temporaryFile(t)
  const store = openLines({ path })
  const results = await Promise.allSettled([
    store.append('a', linesRequest(['before'])),
    store.append('a', linesRequest(['refuse me'])),
    store.append('a', linesRequest(['after'])),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  await store.close()
  const again = openLines({ path })
  assert.deepEqual(read(again, 'a'), ['before', 'after'])
  await again.close()
})

test('rows can be read while their head is being sealed', async () => {
  let release: () => void = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const slow = {
    ...lineCodec,
    seal: (head: Parameters<typeof lineCodec.seal>[0]) => gate.then(() => lineCodec.seal(head)),
  }
  const store = openLines({}, slow)
  await store.append('a', linesRequest(['sealing']))
  const sealed = store.sealAll()
  await new Promise((resolve) => setImmediate(resolve))
  await store.append('a', linesRequest(['growing']))
  assert.deepEqual(read(store, 'a'), ['sealing', 'growing'])
  release()
  await sealed
  assert.equal(store.select('a').blocks.length, 1)
  assert.deepEqual(read(store, 'a'), ['sealing', 'growing'])
  await store.close()
})

test('maintenance while a head is being sealed does not cut off the rows that have come since', async () => {
  let release: () => void = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const slow = {
    ...lineCodec,
    seal: (head: Parameters<typeof lineCodec.seal>[0]) => gate.then(() => lineCodec.seal(head)),
  }
  const store = openLines({ sealRows: 2 }, slow)
  await store.append('a', linesRequest(['one', 'two']))
  await store.append('a', linesRequest(['three']))
  const maintained = store.maintain()
  release()
  await maintained
  const { heads, blocks } = store.select('a')
  assert.deepEqual([blocks.map(({ rows }) => rows), heads.map(({ lines }) => lines)], [[2], [['three']]])
  await store.close()
})

test('a seal that fails loses nothing, is reported, and is made up for later', async () => {
  let failures = 2
  const faults: unknown[] = []
  const flaky = {
    ...lineCodec,
    seal: (head: Parameters<typeof lineCodec.seal>[0]) => {
      if (failures-- > 0) throw new Error('no memory for columns')
      return lineCodec.seal(head)
    },
  }
  let now = 0
  const store = openLines({ sealRows: 2, now: () => now, onFault: (error) => faults.push(error) }, flaky)
  await store.append('a', linesRequest(['one', 'two']))
  await store.append('a', linesRequest(['three']))
  await assert.rejects(store.sealAll(), /no memory/)
  assert.equal(faults.length, 1)
  assert.deepEqual(read(store, 'a'), ['one', 'two', 'three'])
  now = 60_000
  await store.maintain()
  assert.equal(store.select('a').blocks.length, 2)
  assert.deepEqual(read(store, 'a'), ['one', 'two', 'three'])
  await store.close()
})

test('a writer that outruns sealing waits, so that heads stay bounded', async () => {
  let release: () => void = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const slow = {
    ...lineCodec,
    seal: (head: Parameters<typeof lineCodec.seal>[0]) => gate.then(() => lineCodec.seal(head)),
  }
  const store = openLines({ sealRows: 10 }, slow)
  const writes: Promise<void>[] = []
  for (let number = 0; number < 100; number++) {
    writes.push(store.append('a', linesRequest([`${number}`])))
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [sealing, growing] = store.select('a').heads
  assert.deepEqual([sealing?.lines.length, growing?.lines.length], [10, 20])
  release()
  await Promise.all(writes)
  assert.deepEqual(new Set(read(store, 'a')).size, 100)
  await store.close()
})

test('a tenant that is deleted while a writer waits for room begins anew with what that writer brings', async (t) => {
  const path = await temporaryFile(t)
  let release: () => void = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const slow = {
    ...lineCodec,
    seal: (head: Parameters<typeof lineCodec.seal>[0]) => gate.then(() => lineCodec.seal(head)),
  }
  const store = openLines({ path, sealRows: 1 }, slow)
  await store.append('a', linesRequest(['being sealed']))
  await store.append('a', linesRequest(['two', 'rows']))
  const waiting = store.append('a', linesRequest(['after the deletion']))
  await store.deleteTenant('a')
  release()
  await waiting
  assert.deepEqual(read(store, 'a'), ['after the deletion'])
  await store.close()
  const again = openLines({ path })
  assert.deepEqual(read(again, 'a'), ['after the deletion'])
  await again.close()
})

test('a tenant whose last rows retention has dropped is forgotten, one that has rows or is being written is not', async () => {
  let now = 0
  const store = openLines({ now: () => now, sealAgeMs: 1_000, retention: { maxAgeMs: 10_000, maxBytes: 1e9 } })
  await store.append('left behind', linesRequest(['old']))
  now = 5_000
  await store.append('in use', linesRequest(['young']))
  await store.maintain()
  now = 13_000
  const writing = store.append('just now', linesRequest(['new']))
  await store.maintain()
  await writing
  assert.deepEqual(
    store.listTenants().map(({ id }) => id),
    ['in use', 'just now'],
  )
  await store.append('left behind', linesRequest(['back']))
  assert.deepEqual(read(store, 'left behind'), ['back'])
  await store.close()
})

test('retention drops whole blocks by age of arrival, also rows that nobody adds to any more', async () => {
  let now = 0
  const store = openLines({ now: () => now, sealAgeMs: 1_000, retention: { maxAgeMs: 10_000, maxBytes: 1e9 } })
  await store.append('a', linesRequest(['old']))
  now = 5_000
  await store.append('a', linesRequest(['young']))
  await store.maintain()
  assert.deepEqual(read(store, 'a'), ['old', 'young'])
  now = 16_000
  await store.maintain()
  assert.deepEqual(read(store, 'a'), [])
  assert.deepEqual(store.listTenants(), [])
  await store.close()
})

test('retention by size drops the oldest blocks of all tenants first', async () => {
  let now = 0
  const noise = (): string => Array.from({ length: 2_000 }, () => Math.random().toString(36)).join('')
  const store = openLines({ now: () => now, retention: { maxAgeMs: 1e9, maxBytes: 80_000 } })
  for (const tenant of ['a', 'b', 'a', 'b', 'a']) {
    now += 1_000
    await store.append(tenant, linesRequest([noise()]))
    await store.sealAll()
  }
  await store.maintain()
  const total = store.listTenants().reduce((sum, tenant) => sum + tenant.sizeBytes, 0)
  assert.ok(total <= 80_000 && total > 20_000, `${total} bytes are kept`)
  const kept = ['a', 'b'].flatMap((tenant) => store.select(tenant).blocks.map((block) => block.newestReceivedMs))
  assert.equal(Math.max(...kept), 5_000)
  assert.ok(!kept.includes(1_000))
  await store.close()
})

test('heads of all tenants together are bounded: the largest are sealed', async () => {
  const store = openLines({ maxHeadBytes: 2_000 })
  for (let tenant = 0; tenant < 10; tenant++) {
    await store.append(`t${tenant}`, linesRequest(Array.from({ length: tenant + 1 }, (_, line) => `${line}`)))
  }
  await store.maintain()
  const rows = store.listTenants().map(({ headRows }) => headRows)
  assert.ok(rows.reduce((sum, count) => sum + count, 0) * 100 <= 2_000)
  assert.equal(rows[9], 0)
  assert.equal(rows[0], 1)
  await store.close()
})

test('a deleted tenant is forgotten in memory and on disk, also while it is being sealed, and can begin anew', async (t) => {
  const path = await temporaryFile(t)
  const store = openLines({ path })
  await store.append('a', linesRequest(['secret']))
  await store.append('b', linesRequest(['kept']))
  await store.sealAll()
  await store.append('a', linesRequest(['newer secret']))
  const sealing = store.sealAll()
  await store.deleteTenant('a')
  await sealing
  assert.deepEqual(read(store, 'a'), [])
  await store.append('a', linesRequest(['fresh']))
  await store.close()
  const again = openLines({ path })
  assert.deepEqual(read(again, 'a'), ['fresh'])
  assert.deepEqual(read(again, 'b'), ['kept'])
  await again.close()
})

test('a thousand tenants are written, read and deleted in a few seconds', async () => {
  const store = openLines()
  const started = performance.now()
  for (let tenant = 0; tenant < 1_000; tenant++) await store.append(`suite-${tenant}`, linesRequest([`${tenant}`]))
  for (let tenant = 0; tenant < 1_000; tenant++) assert.deepEqual(read(store, `suite-${tenant}`), [`${tenant}`])
  await store.maintain()
  for (let tenant = 0; tenant < 1_000; tenant++) await store.deleteTenant(`suite-${tenant}`)
  assert.deepEqual(store.listTenants(), [])
  // 0.1 s on the machine it was written on; the bound is for a loaded one.
  assert.ok(performance.now() - started < 5_000)
  await store.close()
})

test('opened blocks are kept within the cache bound and read again after they fell out', async () => {
  let opened = 0
  const counting = {
    ...lineCodec,
    openBlock: (...args: Parameters<typeof lineCodec.openBlock>) => (opened++, lineCodec.openBlock(...args)),
  }
  const store = openLines({ blockCacheBytes: 3_000 }, counting)
  for (const line of ['a', 'b', 'c']) {
    await store.append('t', linesRequest([line.repeat(1_400)]))
    await store.sealAll()
  }
  const { blocks, open } = store.select('t')
  const [first, second, third] = blocks
  assert.ok(first && second && third)
  open(first).lines()
  open(first).lines()
  assert.equal(opened, 1)
  open(second).lines()
  open(third).lines()
  assert.equal(open(first).lines()[0]?.length, 1_400)
  assert.equal(opened, 4)
  await store.close()
})

test('listeners hear of every committed batch; one that throws disturbs nobody', async () => {
  const faults: unknown[] = []
  const heard: string[] = []
  const store = openLines({ onFault: (error) => faults.push(error) })
  store.onAppend(() => {
    throw new Error('listener')
  })
  const end = store.onAppend((tenant, batch) => heard.push(`${tenant}: ${batch.join()}`))
  await store.append('a', linesRequest(['x', 'y']))
  end()
  await store.append('a', linesRequest(['z']))
  assert.deepEqual(heard, ['a: x,y'])
  assert.equal(faults.length, 2)
  await store.close()
})

test('a second store on the same file is refused while the first is open', async (t) => {
  const path = await temporaryFile(t)
  const store = openLines({ path })
  assert.throws(() => openLines({ path }), throwsFault('STORAGE_IN_USE', /lines\.sqlite is in use by another process/))
  await store.close()
  await openLines({ path }).close()
})

test('a closed store says so', async () => {
  const store = openLines()
  await store.close()
  await assert.rejects(store.append('a', linesRequest(['x'])), throwsFault('STORAGE_CLOSED', /closed/))
})

test('a file of a newer version, of another signal or of another program is refused and left as it is', async (t) => {
  const path = await temporaryFile(t)
  await openLines({ path }).close()
  assert.throws(
    () => openLines({ path }, { ...lineCodec, version: 2 }),
    throwsFault('STORAGE_NEWER_VERSION', /newer version \(format 1\.3, this program knows 1\.2\)/),
  )
  assert.throws(
    () => openLines({ path }, { ...lineCodec, version: 4 }),
    throwsFault('STORAGE_NEWER_VERSION', /older version/),
  )
  assert.throws(
    () => openLines({ path }, { ...lineCodec, signal: 'traces' }),
    throwsFault('STORAGE_CORRUPT', /holds lines, not traces/),
  )
  const other = `${path}.other`
  const db = new DatabaseSync(other)
  db.exec('CREATE TABLE x (y)')
  db.close()
  assert.throws(() => openLines({ path: other }), throwsFault('STORAGE_CORRUPT', /another program/))
})

test('a file that is no database, or cannot be created, is one clear error', async (t) => {
  const path = await temporaryFile(t)
  await writeFile(path, 'this is not a database, it is a text of some length '.repeat(100))
  assert.throws(() => openLines({ path }), throwsFault('STORAGE_CORRUPT', /lines\.sqlite is not a database/))
  assert.throws(
    () => openLines({ path: join(path, 'below', 'a-file.sqlite') }),
    throwsFault('STORAGE_READ_ONLY', /a part of its path is a file/),
  )
})

test('damaged pages are found when they are read, never answered from', async (t) => {
  const path = await temporaryFile(t)
  const store = openLines({ path })
  const lines = Array.from({ length: 3_000 }, (_, number) => `${number} ${Math.random()}`)
  await store.append('a', linesRequest(lines))
  await store.sealAll()
  await store.close()
  const bytes = await readFile(path)
  for (let page = 12; page < 20; page++) bytes.fill(0x5a, page * 4096 + 100, page * 4096 + 3_000)
  await writeFile(path, bytes)
  assert.throws(
    () => {
      const damaged = openLines({ path })
      try {
        return read(damaged, 'a')
      } finally {
        void damaged.close()
      }
    },
    throwsFault('STORAGE_CORRUPT', /corrupted/),
  )
})

test('faults of SQLite itself get the code a caller can act on', () => {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE t (x); PRAGMA max_page_count = 3')
  assert.throws(
    () => {
      try {
        db.prepare('INSERT INTO t VALUES (zeroblob(100000))').run()
      } catch (error) {
        throw storageErrorOf(error, 'lines.sqlite')
      }
    },
    throwsFault('STORAGE_FULL', /no space left/),
  )
  db.exec('PRAGMA max_page_count = 1000; PRAGMA query_only = 1')
  assert.throws(
    () => {
      try {
        db.exec('INSERT INTO t VALUES (1)')
      } catch (error) {
        throw storageErrorOf(error, 'lines.sqlite')
      }
    },
    throwsFault('STORAGE_READ_ONLY', /read-only/),
  )
})
