import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { expected, lines, logsLab } from '../../test/logs-lab.ts'
import { until } from '../../test/until.ts'

describe('tailing', () => {
  test('lines of a file that grows arrive once, in order, with the labels of the target', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(3))
    t.start()
    await t.arrived(3)
    appendFileSync(t.file, lines(2, 'line', 3))
    await t.arrived(5)
    assert.deepEqual(t.loki.texts, expected(5))
    assert.equal(t.loki.lines[0]?.labels, `{filename="${t.file}", job="shop"}`)
  })

  test('a line is sent when its newline has come, and not before', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, 'whole\npart')
    t.start()
    await until(
      () => t.loki.texts,
      (texts) => texts.length === 1,
    )
    await sleep(150)
    assert.deepEqual(t.loki.texts, ['whole'])
    appendFileSync(t.file, 'ial\n')
    await until(
      () => t.loki.texts,
      (texts) => texts.length === 2,
    )
    assert.deepEqual(t.loki.texts, ['whole', 'partial'])
  })

  test('a new file of the glob is found; an excluded one is not read', async () => {
    await using t = await logsLab({ path: 'logs/*.log', target: `, __path_exclude__: '**/secret*.log'` })
    t.start()
    await sleep(50)
    mkdirSync(join(t.folder, 'logs'))
    writeFileSync(join(t.folder, 'logs/secret.log'), 'secret\n')
    writeFileSync(join(t.folder, 'logs/new.log'), 'new\n')
    await until(
      () => t.loki.texts,
      (texts) => texts.length === 1,
    )
    await sleep(100)
    assert.deepEqual(t.loki.texts, ['new'])
  })

  test('a line is seen by the watch or the poll, not by the discovery', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, '')
    t.start()
    await sleep(100)
    const startedMs = Date.now()
    appendFileSync(t.file, 'now\n')
    await t.arrived(1)
    // About 30 ms on an idle machine; the bound leaves room for a loaded one. Latency itself is measured by bench/.
    assert.ok(Date.now() - startedMs <= 2000, `took ${Date.now() - startedMs} ms`)
  })
})

describe('delivery', () => {
  test('503 and 429 are retried, the batch arrives once; 400 is dropped with its reason and does not block the next', async () => {
    await using t = await logsLab()
    t.loki.answer = (attempt) =>
      [
        { status: 503 },
        { status: 429, headers: { 'retry-after': '0' } },
        { status: 204 },
        { status: 400, body: 'bad' },
      ][attempt - 1] ?? { status: 204 }
    writeFileSync(t.file, 'one\n')
    t.start()
    await t.arrived(1)
    appendFileSync(t.file, 'refused\n')
    await until(
      () => t.loki.requests,
      (n) => n === 4,
    )
    appendFileSync(t.file, 'three\n')
    await t.arrived(2)
    assert.deepEqual(t.loki.texts, ['one', 'three'])
    const end = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.queued === 0,
    )
    assert.deepEqual(end, { received: 3, sent: 2, dropped: { http_400: 1 }, queued: 0 })
  })

  test('dropped lines do not hold the position back', async () => {
    await using t = await logsLab({ stages: `{drop: {expression: "noise"}}` })
    writeFileSync(t.file, 'noise\nsignal\nnoise\n')
    t.start()
    await t.arrived(1)
    await until(
      () => readFileSync(join(t.folder, 'positions.yaml'), 'utf8'),
      (text) => text.includes('"19"'),
    )
    const end = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.queued === 0,
    )
    assert.deepEqual(end, { received: 3, sent: 1, dropped: { drop_stage: 2 }, queued: 0 })
  })

  test('with Loki away reading stops within two batches, so memory stays bounded', async () => {
    await using t = await logsLab({ client: ', batchsize: 4096' })
    t.loki.answer = () => ({ status: 503 })
    writeFileSync(t.file, lines(60_000))
    t.start()
    await sleep(300)
    const held = t.registry.ledgers[0]?.totals()
    // Two batches of 4 KiB and one 64 KiB chunk of 10-byte lines.
    assert.ok(held !== undefined && held.received < 10_000, `held ${held?.received}`)
    assert.equal(held.received, held.queued)
    t.loki.answer = () => ({ status: 204 })
    await until(
      () => t.loki.texts.length,
      (n) => n === 60_000,
      15_000,
    )
    const end = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.queued === 0,
    )
    assert.deepEqual(end, { received: 60_000, sent: 60_000, dropped: {}, queued: 0 })
  })

  test('UTF-8, empty and very long lines keep their bytes', async () => {
    await using t = await logsLab()
    const long = 'x'.repeat(256 * 1024)
    writeFileSync(t.file, `訂單 🛒\n\n${long}\n\u001B[31mred\u001B[0m\n`)
    t.start()
    await t.arrived(4)
    assert.deepEqual(t.loki.texts, ['訂單 🛒', '', long, '\u001B[31mred\u001B[0m'])
  })
})
