import assert from 'node:assert/strict'
import { it } from 'node:test'
import { summariseQuery } from './query-summary.ts'

for (const [statement, summary] of [
  ['SELECT * FROM stock WHERE sku = $1 FOR UPDATE', 'SELECT stock'],
  ['select sku\n  from   only "stock"', 'SELECT stock'],
  ['INSERT INTO orders (id) VALUES ($1)', 'INSERT orders'],
  ['UPDATE inventory.stock SET available = 0', 'UPDATE inventory.stock'],
  ['DELETE FROM reservations', 'DELETE reservations'],
  ['LOCK TABLE stock', 'LOCK stock'],
  ['CREATE TABLE IF NOT EXISTS orders (id uuid)', 'CREATE orders'],
  ['WITH old AS (SELECT 1) DELETE FROM orders', 'DELETE orders'],
  ['-- why\nSELECT 1', 'SELECT'],
  ['COMMIT;', 'COMMIT'],
  ['', 'QUERY'],
] as const) {
  it(`names ${JSON.stringify(statement)} ${summary}`, () => {
    assert.equal(summariseQuery(statement).summary, summary)
  })
}
