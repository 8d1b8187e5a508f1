import assert from 'node:assert/strict'
import { it } from 'node:test'
import { labelsOf } from '../logql/labels/labels.ts'
import { MetadataTable } from './metadata-table.ts'

const spanId = (n: number): string => n.toString(16).padStart(16, '0')

function filled(): { table: MetadataTable; ids: number[] } {
  const table = new MetadataTable()
  const ids = Array.from({ length: 500 }, (_, n) =>
    table.add(
      labelsOf([
        ['level', n % 2 === 0 ? 'info' : 'größe'],
        ['span_id', spanId(n)],
        ['path', `/orders/${n % 3}/of/a/long/path`],
      ]),
    ),
  )
  return { table, ids }
}

it('gives back what was added, from the head and from the bytes of a block', () => {
  const { table, ids } = filled()
  for (const read of [table, MetadataTable.fromBytes(table.toBytes())]) {
    assert.deepEqual(read.get(ids[7] ?? 0), [
      ['level', 'größe'],
      ['path', '/orders/1/of/a/long/path'],
      ['span_id', spanId(7)],
    ])
    assert.equal(read.get(ids[499] ?? 0).at(-1)?.[1], spanId(499))
  }
})

it('gives equal sets one number where sets repeat, and entries without their ids one label set', () => {
  const { table, ids } = filled()
  const repeated = labelsOf([['level', 'info']])
  assert.equal(table.add(repeated), table.add(repeated))
  const { idOf } = table.pick(new Set(['level']))
  assert.equal(new Set(ids.map(idOf)).size, 2)
})
