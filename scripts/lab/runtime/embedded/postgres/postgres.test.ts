import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { Client } from 'pg'
import { LabError } from '../../../lab-error.ts'
import { clusterFolder } from './postgres-cluster.ts'
import { removePostgres, startPostgres, stopPostgres } from './postgres.ts'
import type { PostgresOptions } from './postgres.ts'

function labOf(t: TestContext): PostgresOptions & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lab-postgres-'))
  const options = {
    folder,
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'postgres.log'),
    cacheDir: join(tmpdir(), 'lab-postgres-cache'),
  }
  t.after(async () => {
    await removePostgres(options)
    rmSync(folder, { recursive: true, force: true })
  })
  return options
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

describe('startPostgres', () => {
  it('starts a real Postgres 18 on loopback, whose role owns its database and is no superuser', async (t) => {
    const { url, port } = await startPostgres(labOf(t))
    assert.match(url, new RegExp(`^postgres://shop:[^@]+@127\\.0\\.0\\.1:${port}/shop$`))
    const [row] = await query(
      url,
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_database() AS database, rolsuper AS super
       FROM pg_roles WHERE rolname = current_user`,
    )
    assert.deepEqual(row, { version: 18, database: 'shop', super: false })
  })

  it('has a role for Grafana that reads what the shop writes, sees what sessions wait for, and writes nothing', async (t) => {
    const { url, readerUrl = '' } = await startPostgres(labOf(t))
    await query(url, 'CREATE SCHEMA checkout')
    await query(url, 'CREATE TABLE checkout.orders AS SELECT 1 AS id')
    assert.deepEqual(await query(readerUrl, 'SELECT id FROM checkout.orders'), [{ id: 1 }])
    const [seen] = await query(readerUrl, "SELECT pg_has_role('pg_monitor', 'USAGE') AS monitors")
    assert.deepEqual(seen, { monitors: true })
    await assert.rejects(query(readerUrl, 'DELETE FROM checkout.orders'), /read-only transaction/)
    // A session can undo the setting; the grants hold.
    const unset = `${readerUrl}?options=${encodeURIComponent('-c default_transaction_read_only=off')}`
    await assert.rejects(query(unset, 'DELETE FROM checkout.orders'), /permission denied for table orders/)
  })

  it('refuses a connection without the password', async (t) => {
    const { url } = await startPostgres(labOf(t))
    await assert.rejects(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1'), /password authentication failed/)
  })

  it('finds the server that runs already', async (t) => {
    const options = labOf(t)
    const first = await startPostgres(options)
    assert.deepEqual(await startPostgres(options), first)
  })

  it('keeps the data over a stop and over a kill', async (t) => {
    const options = labOf(t)
    const first = await startPostgres(options)
    await query(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)')
    await stopPostgres(options)
    await stopPostgres(options)
    const second = await startPostgres(options)
    await query(second.url, 'INSERT INTO kept VALUES (2)')
    process.kill(second.pid, 'SIGKILL')
    const third = await startPostgres(options)
    assert.deepEqual(await query(third.url, 'SELECT n FROM kept ORDER BY n'), [{ n: 1 }, { n: 2 }])
  })

  it('is not stopped by a pid file whose pid belongs to another program by now', async (t) => {
    const options = labOf(t)
    await startPostgres(options)
    const pidFile = join(clusterFolder(options.dataDir), 'postmaster.pid')
    const lines = readFileSync(pidFile, 'utf8').split('\n')
    await stopPostgres(options)
    writeFileSync(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'))
    const { url } = await startPostgres(options)
    assert.deepEqual(await query(url, 'SELECT 1 AS one'), [{ one: 1 }])
  })

  it('says which port is taken, with the last lines of the log, and leaves nothing running', async (t) => {
    const blocker = createServer()
    await new Promise<void>((done) => blocker.listen(0, '127.0.0.1', done))
    t.after(() => blocker.close())
    const address = blocker.address()
    assert.ok(typeof address === 'object' && address !== null)
    const options = labOf(t)
    await assert.rejects(startPostgres({ ...options, port: address.port }), (error) => {
      assert.ok(error instanceof LabError)
      assert.match(error.message, new RegExp(`port ${address.port}`))
      assert.ok(
        error.logLines.some((line) => line.includes('could not bind')),
        error.logLines.join('\n'),
      )
      return true
    })
    assert.equal(existsSync(join(clusterFolder(options.dataDir), 'postmaster.pid')), false)
  })

  it(
    'runs for root in a folder that is closed to every other user',
    { skip: process.getuid?.() !== 0 && 'only root has the problem' },
    async (t) => {
      const options = labOf(t)
      chownSync(options.folder, 0, 0)
      chmodSync(options.folder, 0o700)
      const { url } = await startPostgres(options)
      assert.deepEqual(await query(url, 'SELECT 1 AS one'), [{ one: 1 }])
      const moved = clusterFolder(options.dataDir)
      assert.ok(!moved.startsWith(options.folder))
      await removePostgres(options)
      assert.equal(existsSync(moved), false)
    },
  )

  it('runs two servers at once without collision', async (t) => {
    const [one, two] = await Promise.all([startPostgres(labOf(t)), startPostgres(labOf(t))])
    assert.notEqual(one.port, two.port)
    await query(one.url, 'CREATE TABLE mine (n int)')
    await assert.rejects(query(two.url, 'SELECT * FROM mine'), /does not exist/)
  })
})
