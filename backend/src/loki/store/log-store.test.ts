import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TenantStore } from '../../storage/index.ts'
import { newBudget } from '../logql/log-fixture.ts'
import { labelsOf } from '../logql/labels/labels.ts'
import { queryLogs } from '../logql/log-query.ts'
import { parseLogSelector } from '../logql/syntax/index.ts'
import type { LogBatch } from './log-batch.ts'
import { encodeBatch, journalFormat, logCodec } from './log-codec.ts'
import { logSource } from './log-source.ts'

interface Row {
  readonly ms: number
  readonly line: string
  readonly app?: string
  readonly metadata?: Record<string, string>
}

function batchOf(rows: readonly Row[]): LogBatch {
  return {
    streams: rows.map(({ ms, line, app = 'a', metadata = {} }) => ({
      labels: labelsOf([['app', app]]),
      entries: [{ timeMs: ms, timeNs: 7, line, metadata: labelsOf(Object.entries(metadata)) }],
    })),
  }
}

async function storeWith(t: { after(fn: () => Promise<void>): void }) {
  const store = TenantStore.open(logCodec)
  t.after(() => store.close())
  const append = (rows: readonly Row[]): Promise<void> => {
    const batch = batchOf(rows)
    return store.append('t', { payload: encodeBatch(batch), format: journalFormat, batch })
  }
  const lines = async (
    query: string,
    direction: 'forward' | 'backward' = 'forward',
    limit = 100,
  ): Promise<string[]> => {
    const source = logSource((range) => store.select('t', range))
    const streams = await queryLogs(source, parseLogSelector(query), {
      start: 0n,
      end: 10n ** 18n,
      limit,
      direction,
      intervalNs: 0,
      categorize: true,
      budget: newBudget(),
    })
    return streams.flatMap(({ entries }) => entries.map(({ line }) => line))
  }
  return { store, append, lines }
}

describe('the store of logs', () => {
  it('answers the same from head and block, in both directions', async (t) => {
    const { store, append, lines } = await storeWith(t)
    await append([
      { ms: 1, line: 'one' },
      { ms: 3, line: 'three größe' },
      { ms: 2, line: 'two' },
      { ms: 9, line: '' },
      { ms: 2, line: 'other', app: 'b' },
    ])
    for (const part of ['head', 'block']) {
      assert.deepEqual(await lines('{app="a"}'), ['one', 'two', 'three größe', ''], part)
      assert.deepEqual(await lines('{app="a"}', 'backward', 2), ['', 'three größe'], part)
      assert.deepEqual(await lines('{app="a"} |= "größe"'), ['three größe'], part)
      assert.deepEqual(await lines('{app=~".+"} |= "o"', 'backward'), ['two', 'one', 'other'], part)
      await store.sealAll()
    }
  })

  it('finds a text only within one line', async (t) => {
    const { append, lines } = await storeWith(t)
    await append([
      { ms: 1, line: 'ab' },
      { ms: 2, line: 'cd' },
      { ms: 3, line: 'abcd' },
    ])
    assert.deepEqual(await lines('{app="a"} |= "bc"'), ['abcd'])
    assert.deepEqual(await lines('{app="a"} |= "bc"', 'backward'), ['abcd'])
    assert.deepEqual(await lines('{app="a"} |= "b" |= "d"'), ['abcd'])
  })

  it('keeps an entry that is sent twice once, before and after sealing', async (t) => {
    const { store, append, lines } = await storeWith(t)
    const rows = [
      { ms: 5, line: 'x' },
      { ms: 5, line: 'y' },
      { ms: 1, line: 'z' },
    ]
    await append(rows)
    await append(rows)
    assert.deepEqual((await lines('{app="a"}')).sort(), ['x', 'y', 'z'])
    await store.sealAll()
    await append(rows)
    assert.deepEqual((await lines('{app="a"}')).sort(), ['x', 'y', 'z'])
    assert.deepEqual((await lines('{app="a"}', 'backward')).sort(), ['x', 'y', 'z'])
  })

  it('keeps entries apart that differ in their metadata', async (t) => {
    const { append, lines } = await storeWith(t)
    await append([
      { ms: 5, line: 'x', metadata: { k: '1' } },
      { ms: 5, line: 'x', metadata: { k: '2' } },
    ])
    assert.deepEqual(await lines('{app="a"}'), ['x', 'x'])
    assert.deepEqual(await lines('{app="a"} | k="2"'), ['x'])
  })

  it('finds a trace id in metadata, in lines, within longer digits and as a label', async (t) => {
    const { store, append, lines } = await storeWith(t)
    const id = '0af7651916cd43dd8448eb211c80319c'
    await append([
      { ms: 1, line: 'in metadata', metadata: { trace_id: id } },
      { ms: 2, line: `{"trace_id":"${id}"}` },
      { ms: 3, line: `digest ${id}ff` },
      { ms: 4, line: 'other', metadata: { trace_id: id.replace('0', '1') } },
      { ms: 5, line: 'labelled', app: id },
    ])
    for (const part of ['head', 'block']) {
      assert.deepEqual(await lines(`{app="a"} | trace_id="${id}"`), ['in metadata'], part)
      assert.deepEqual(
        await lines(`{app="a"} | json | trace_id="${id}"`),
        ['in metadata', `{"trace_id":"${id}"}`],
        part,
      )
      assert.deepEqual(await lines(`{app="a"} |= "${id}"`), [`{"trace_id":"${id}"}`, `digest ${id}ff`], part)
      assert.deepEqual(await lines(`{app="${id}"} | label_format trace_id=app | trace_id="${id}"`), ['labelled'], part)
      await store.sealAll()
    }
  })
})
