import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { expected, lines, logsLab } from '../../test/logs-lab.ts'
import { until } from '../../test/until.ts'

/** As a logger does that keeps `keep` old files: .1 is the newest of them. */
function rotate(file: string, content: string, keep = 9): void {
  for (let n = keep; n >= 1; n--) if (existsSync(`${file}.${n}`)) renameSync(`${file}.${n}`, `${file}.${n + 1}`)
  rmSync(`${file}.${keep + 1}`, { force: true })
  renameSync(file, `${file}.1`)
  writeFileSync(file, content)
}

describe('rotation', () => {
  test('by rename: the old file is read to its end, the new one from its start', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(2))
    t.start()
    await t.arrived(2)
    appendFileSync(t.file, lines(2, 'line', 2))
    renameSync(t.file, `${t.file}.1`)
    writeFileSync(t.file, lines(2, 'line', 4))
    appendFileSync(`${t.file}.1`, 'late 0000\n')
    await t.arrived(7)
    assert.deepEqual(t.loki.texts.toSorted(), [...expected(1, 'late'), ...expected(6)].toSorted())
  })

  test('files that came and went between two looks are read too, and older ones are left alone', async () => {
    await using t = await logsLab()
    writeFileSync(`${t.file}.7`, lines(2, 'from before the agent was there'))
    writeFileSync(t.file, lines(2))
    t.start()
    await t.arrived(2)
    for (const generation of [1, 2, 3]) rotate(t.file, lines(2, 'line', generation * 2))
    await t.arrived(8)
    for (const generation of [4, 5]) rotate(t.file, lines(2, 'line', generation * 2))
    await t.arrived(12)
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(12))
  })

  test('a renamed file that still matches the glob is not read again', async () => {
    await using t = await logsLab({ path: '*.log' })
    writeFileSync(t.file, lines(3))
    t.start()
    await t.arrived(3)
    renameSync(t.file, join(t.folder, 'app.1.log'))
    writeFileSync(t.file, lines(1, 'line', 3))
    await t.arrived(4)
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('app.log → app.1.log → app.2.log, all of the glob: each goes on under its new name, also over a restart', async () => {
    await using t = await logsLab({ path: '*.log' })
    const named = (n: number): string => join(t.folder, `app.${n}.log`)
    writeFileSync(t.file, lines(2))
    const first = t.start()
    await t.arrived(2)
    renameSync(t.file, named(1))
    writeFileSync(t.file, lines(2, 'line', 2))
    await t.arrived(4)
    renameSync(named(1), named(2))
    renameSync(t.file, named(1))
    writeFileSync(t.file, lines(2, 'line', 4))
    await t.arrived(6)
    await until(
      () =>
        first
          .status()
          .map(({ path }) => path)
          .toSorted(),
      (paths) => paths.length === 3 && paths[1] === named(2),
    )
    await t.stop(first)
    renameSync(named(2), named(3))
    renameSync(named(1), named(2))
    renameSync(t.file, named(1))
    writeFileSync(t.file, lines(1, 'line', 6))
    t.start()
    await t.arrived(7)
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(7))
  })

  test('by copy and truncate', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(3))
    t.start()
    await t.arrived(3)
    copyFileSync(t.file, `${t.file}.1`)
    truncateSync(t.file)
    appendFileSync(t.file, lines(1, 'line', 3))
    await t.arrived(4)
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('truncated and refilled to the same size between two looks: the first bytes tell', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(3, 'aaaa'))
    t.start()
    await t.arrived(3)
    await sleep(20)
    writeFileSync(t.file, lines(3, 'bbbb'))
    await t.arrived(6)
    assert.deepEqual(t.loki.texts, [...expected(3, 'aaaa'), ...expected(3, 'bbbb')])
  })

  test('deleted and created again', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(2))
    t.start()
    await t.arrived(2)
    rmSync(t.file)
    await sleep(100)
    writeFileSync(t.file, lines(2, 'line', 2))
    await t.arrived(4)
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('while Loki is away: every generation is kept open and read when it is back', async () => {
    await using t = await logsLab({ client: ', batchsize: 64' })
    t.loki.answer = () => ({ status: 503 })
    writeFileSync(t.file, lines(20))
    t.start()
    for (const generation of [1, 2, 3]) {
      await sleep(100)
      renameSync(t.file, `${t.file}.${generation}`)
      writeFileSync(t.file, lines(20, 'line', generation * 20))
    }
    await sleep(100)
    assert.equal(t.loki.texts.length, 0)
    t.loki.answer = () => ({ status: 204 })
    await t.arrived(80)
    assert.deepEqual(t.loki.texts.toSorted(), expected(80))
  })

  test('while Loki is away: a file that had been read to its end before, and grew since, is not closed', async () => {
    await using t = await logsLab({ path: '*.log', client: ', batchsize: 64' })
    writeFileSync(t.file, lines(2))
    t.start()
    await t.arrived(2)
    t.loki.answer = () => ({ status: 503 })
    writeFileSync(join(t.folder, 'busy.log'), lines(20, 'busy'))
    await until(
      () => t.registry.ledgers[0]?.queued ?? 0,
      (queued) => queued >= 20,
    )
    // There is no room now, so these stay unread while the file is rotated away.
    appendFileSync(t.file, lines(2, 'line', 2))
    renameSync(t.file, `${t.file}.1`)
    await sleep(5300)
    t.loki.answer = () => ({ status: 204 })
    await until(
      () => t.loki.texts.filter((line) => line.startsWith('line')),
      (texts) => texts.length >= 4,
    )
    assert.deepEqual(t.loki.texts.toSorted(), [...expected(20, 'busy'), ...expected(4)])
  })
})

describe('restart', () => {
  test('goes on where it stopped, and reads what was written meanwhile', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(3))
    const first = t.start()
    await t.arrived(3)
    await t.stop(first)
    appendFileSync(t.file, lines(2, 'line', 3))
    t.start()
    await t.arrived(5)
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(5))
  })

  test('lines that were read and not delivered are read again', async () => {
    await using t = await logsLab()
    t.loki.answer = () => 'hang'
    writeFileSync(t.file, lines(3))
    const first = t.start()
    await until(
      () => t.loki.requests,
      (n) => n === 1,
    )
    await t.stop(first, 0)
    t.loki.answer = () => ({ status: 204 })
    t.start()
    await t.arrived(3)
    assert.deepEqual(t.loki.texts, expected(3))
  })

  test('a file rotated away while the agent was down is read to its end first', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(2))
    const first = t.start()
    await t.arrived(2)
    await t.stop(first)
    appendFileSync(t.file, lines(2, 'line', 2))
    renameSync(t.file, `${t.file}.1`)
    writeFileSync(t.file, lines(2, 'line', 4))
    t.start()
    await t.arrived(6)
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(6))
  })

  for (const [keep, what] of [
    [9, 'are read from where it stopped'],
    [2, 'are read, also when the file it was reading is among those the logger has deleted since'],
  ] as const) {
    test(`files rotated away while the agent was killed and Loki away ${what}`, async () => {
      await using t = await logsLab()
      writeFileSync(`${t.file}.1`, lines(2, 'from before the agent was there'))
      writeFileSync(t.file, lines(2))
      const first = t.start()
      await t.arrived(2)
      t.loki.answer = () => ({ status: 503 })
      await t.stop(first, 0)
      await sleep(20)
      for (const generation of [1, 2, 3]) rotate(t.file, lines(2, 'line', generation * 2), keep)
      t.start()
      await sleep(100)
      t.loki.answer = () => ({ status: 204 })
      await t.arrived(8)
      await sleep(200)
      assert.deepEqual(t.loki.texts, expected(8))
    })
  }

  test('a copy that was made while the agent was down is not read again', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(3))
    const first = t.start()
    await t.arrived(3)
    await t.stop(first)
    await sleep(20)
    copyFileSync(t.file, `${t.file}.1`)
    truncateSync(t.file)
    appendFileSync(t.file, lines(1, 'line', 3))
    t.start()
    await t.arrived(4)
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('another file under the same name is read from its start', async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(3, 'aaaa'))
    const first = t.start()
    await t.arrived(3)
    await t.stop(first)
    rmSync(t.file)
    writeFileSync(t.file, lines(5, 'bbbb'))
    t.start()
    await t.arrived(8)
    assert.deepEqual(t.loki.texts.slice(3), expected(5, 'bbbb'))
  })

  test("positions are Promtail's: an offset without an identity is trusted", async () => {
    await using t = await logsLab()
    writeFileSync(t.file, lines(4))
    writeFileSync(join(t.folder, 'positions.yaml'), `positions:\n  ${t.file}: "20"\n`)
    t.start()
    await t.arrived(2)
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(2, 'line', 2))
    assert.match(readFileSync(join(t.folder, 'positions.yaml'), 'utf8'), /app\.log: "40"/)
  })

  test('a positions file that is none stops the start and names the file', async () => {
    await using t = await logsLab()
    writeFileSync(join(t.folder, 'positions.yaml'), 'positions: {/x.log: "far"}\n')
    assert.throws(() => t.start(), /positions\.yaml: positions: \/x\.log: expected a byte offset, got "far"/)
  })
})
