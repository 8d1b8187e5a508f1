import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Database } from '@playground/telemetry/database'
import { migrate } from '@playground/telemetry/migrations'
import { removePostgres, startPostgres } from '../../../scripts/lab/runtime/embedded/postgres/postgres.ts'
import { schema } from './schema.ts'
import { pruneReservations, reconcileStock } from './stock-reconciliation.ts'
import { LockOrder } from './faults/lock-order-fault.ts'
import { StockRepository } from './stock-repository.ts'

describe('stock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stock-'))
  const dataDir = join(folder, 'data')
  let database: Database
  let stock: StockRepository

  before(async () => {
    const { url: databaseUrl } = await startPostgres({ dataDir, logFile: join(folder, 'postgres.log') })
    const config = { databaseUrl, dbPoolMax: 4, dbConnectionTimeoutMs: 5_000, dbStatementTimeoutMs: 5_000 }
    const migrations = new URL('../migrations/', import.meta.url)
    // Twice, as two copies of the service that start together would.
    await Promise.all([migrate(config, schema, migrations), migrate(config, schema, migrations)])
    database = new Database(config, schema)
    stock = new StockRepository(database, new LockOrder(database))
  })

  after(async () => {
    await database.close()
    await removePostgres({ dataDir })
    rmSync(folder, { recursive: true, force: true })
  })

  const reserve = async (sku: string, quantity: number) => {
    const outcome = await stock.reserve({ orderId: randomUUID(), sku, quantity })
    assert.ok(outcome.kind === 'reserved')
    return outcome
  }
  const available = async (sku: string) => (await stock.findProduct(sku))?.available

  it('is seeded once', async () => {
    assert.equal((await stock.products()).length, 6)
    assert.equal(await available('mug'), 500)
  })

  it('falls by what is reserved and rises by what is released, once', async () => {
    const { reservation } = await reserve('t-shirt', 3)
    assert.equal(await available('t-shirt'), 197)
    assert.equal(await stock.release(reservation.id), true)
    assert.equal(await stock.release(reservation.id), true)
    assert.equal(await available('t-shirt'), 200)
    assert.equal(await stock.release(randomUUID()), false)
  })

  it('is replenished in the sale that takes it below the threshold, and not before', async () => {
    assert.equal((await reserve('espresso-machine', 6)).restocked, 0)
    assert.equal((await reserve('espresso-machine', 1)).restocked, 10)
    assert.equal(await available('espresso-machine'), 13)
  })

  it('reserves nothing of what there is not enough of, and keeps nothing of a failed transaction', async () => {
    const orderId = randomUUID()
    assert.deepEqual(await stock.reserve({ orderId, sku: 'first-edition', quantity: 4 }), {
      kind: 'out-of-stock',
      available: 3,
    })
    assert.deepEqual(await stock.reserve({ orderId, sku: 'no-such', quantity: 1 }), { kind: 'unknown-sku' })
    await stock.reserve({ orderId, sku: 'first-edition', quantity: 1 })
    await assert.rejects(stock.reserve({ orderId, sku: 'first-edition', quantity: 1 }), { code: '23505' })
    assert.equal(await available('first-edition'), 2)
  })

  it('is corrected by reconciliation, which leaves right figures alone', async () => {
    assert.equal(await reconcileStock(database), 0)
    await database.query("UPDATE stock SET available = available + 7 WHERE sku = 'sticker'")
    assert.equal(await reconcileStock(database), 1)
    assert.equal(await available('sticker'), 2_000)
  })

  it('stays right when old reservations are forgotten', async () => {
    for (let sold = 0; sold < 5; sold++) await reserve('notebook', 2)
    const before = await stock.products()
    const deleted = await database.transaction((transaction) => pruneReservations(transaction, 2))
    assert.ok(deleted >= 3)
    assert.deepEqual(await database.query('SELECT count(*)::int AS kept FROM reservations'), [{ kept: 2 }])
    assert.equal(await reconcileStock(database), 0)
    assert.deepEqual(await stock.products(), before)
    assert.equal(await database.transaction((transaction) => pruneReservations(transaction, 2)), 0)
  })
})
