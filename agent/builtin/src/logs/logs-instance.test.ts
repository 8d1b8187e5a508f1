import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { FakeLoki } from '../../test/fake-backend.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { until } from '../../test/until.ts'
import { Registry } from '../accounting/registry.ts'
import { readAgentConfig } from '../config/agent-config.ts'
import { createLogger } from '../log.ts'
import { LogsInstance } from './logs-instance.ts'

const quiet = createLogger({ level: 'error', format: 'logfmt', write: () => {} })

interface Lab extends AsyncDisposable {
  readonly folder: string
  readonly loki: FakeLoki
  readonly registry: Registry
  readonly file: string
  /** Starts (again) with the same positions file. */
  start(): LogsInstance
  /** Ends without draining, as a kill would, apart from what was already written. */
  stop(instance: LogsInstance, drainMs?: number): Promise<void>
}

async function lab(options: { path?: string; stages?: string; client?: string; target?: string } = {}): Promise<Lab> {
  const folder = temporaryFolder()
  const loki = new FakeLoki()
  await loki.listen()
  let registry = new Registry()
  const running = new Set<LogsInstance>()
  const { path = 'app.log', stages = '', client = '', target = '' } = options
  const yaml = `
logs:
  global: {file_watch_config: {min_poll_frequency: 20ms, max_poll_frequency: 50ms}}
  configs:
    - name: t
      positions: {filename: ${folder.path}/positions.yaml, sync_period: 20ms}
      target_config: {sync_period: 50ms}
      clients: [{url: 'http://127.0.0.1:${loki.port}/loki/api/v1/push', batchwait: 20ms, backoff_config: {min_period: 10ms, max_period: 40ms, max_retries: 0} ${client}}]
      scrape_configs: [{job_name: j, pipeline_stages: [${stages}], static_configs: [{targets: [localhost], labels: {job: shop, __path__: '${folder.path}/${path}' ${target}}}]}]
`
  const logs = readAgentConfig(yaml, 'agent.yaml').config.logs
  const config = logs?.configs[0]
  if (logs === undefined || config === undefined) throw new Error('no logs section')
  const stop = async (instance: LogsInstance, drainMs = 1000): Promise<void> => {
    running.delete(instance)
    instance.stopReading()
    await instance.drain(drainMs === 0 ? AbortSignal.abort() : AbortSignal.timeout(drainMs))
  }
  return {
    folder: folder.path,
    file: join(folder.path, 'app.log'),
    loki,
    get registry() {
      return registry
    },
    start() {
      registry = new Registry()
      const instance = new LogsInstance({ config, logs, registry, logger: quiet })
      running.add(instance)
      instance.start()
      return instance
    },
    stop,
    async [Symbol.asyncDispose]() {
      for (const instance of running) await stop(instance, 0)
      await loki.close()
      folder[Symbol.dispose]()
    },
  }
}

const lines = (count: number, word = 'line', from = 0): string =>
  Array.from({ length: count }, (_, i) => `${word} ${String(from + i).padStart(4, '0')}\n`).join('')
const expected = (count: number, word = 'line', from = 0): string[] => lines(count, word, from).trimEnd().split('\n')

/** As a logger does that keeps `keep` old files: .1 is the newest of them. */
function rotate(file: string, content: string, keep = 9): void {
  for (let n = keep; n >= 1; n--) if (existsSync(`${file}.${n}`)) renameSync(`${file}.${n}`, `${file}.${n + 1}`)
  rmSync(`${file}.${keep + 1}`, { force: true })
  renameSync(file, `${file}.1`)
  writeFileSync(file, content)
}

describe('tailing', () => {
  test('lines of a file that grows arrive once, in order, with the labels of the target', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(3))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 3,
    )
    appendFileSync(t.file, lines(2, 'line', 3))
    await until(
      () => t.loki.texts.length,
      (n) => n === 5,
    )
    assert.deepEqual(t.loki.texts, expected(5))
    assert.equal(t.loki.lines[0]?.labels, `{filename="${t.file}", job="shop"}`)
  })

  test('a line is sent when its newline has come, and not before', async () => {
    await using t = await lab()
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
    await using t = await lab({ path: 'logs/*.log', target: `, __path_exclude__: '**/secret*.log'` })
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
    await using t = await lab()
    writeFileSync(t.file, '')
    t.start()
    await sleep(100)
    const startedMs = Date.now()
    appendFileSync(t.file, 'now\n')
    await until(
      () => t.loki.texts.length,
      (n) => n === 1,
    )
    // About 30 ms on an idle machine; the bound leaves room for a loaded one. Latency itself is measured by bench/.
    assert.ok(Date.now() - startedMs <= 2000, `took ${Date.now() - startedMs} ms`)
  })
})

describe('rotation', () => {
  test('by rename: the old file is read to its end, the new one from its start', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(2))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
    appendFileSync(t.file, lines(2, 'line', 2))
    renameSync(t.file, `${t.file}.1`)
    writeFileSync(t.file, lines(2, 'line', 4))
    appendFileSync(`${t.file}.1`, 'late 0000\n')
    await until(
      () => t.loki.texts.length,
      (n) => n === 7,
    )
    assert.deepEqual(t.loki.texts.toSorted(), [...expected(1, 'late'), ...expected(6)].toSorted())
  })

  test('files that came and went between two looks are read too, and older ones are left alone', async () => {
    await using t = await lab()
    writeFileSync(`${t.file}.7`, lines(2, 'from before the agent was there'))
    writeFileSync(t.file, lines(2))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
    for (const generation of [1, 2, 3]) rotate(t.file, lines(2, 'line', generation * 2))
    await until(
      () => t.loki.texts.length,
      (n) => n >= 8,
    )
    for (const generation of [4, 5]) rotate(t.file, lines(2, 'line', generation * 2))
    await until(
      () => t.loki.texts.length,
      (n) => n >= 12,
    )
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(12))
  })

  test('a renamed file that still matches the glob is not read again', async () => {
    await using t = await lab({ path: '*.log' })
    writeFileSync(t.file, lines(3))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 3,
    )
    renameSync(t.file, join(t.folder, 'app.1.log'))
    writeFileSync(t.file, lines(1, 'line', 3))
    await until(
      () => t.loki.texts.length,
      (n) => n >= 4,
    )
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('app.log → app.1.log → app.2.log, all of the glob: each goes on under its new name, also over a restart', async () => {
    await using t = await lab({ path: '*.log' })
    const named = (n: number): string => join(t.folder, `app.${n}.log`)
    writeFileSync(t.file, lines(2))
    const first = t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
    renameSync(t.file, named(1))
    writeFileSync(t.file, lines(2, 'line', 2))
    await until(
      () => t.loki.texts.length,
      (n) => n === 4,
    )
    renameSync(named(1), named(2))
    renameSync(t.file, named(1))
    writeFileSync(t.file, lines(2, 'line', 4))
    await until(
      () => t.loki.texts.length,
      (n) => n === 6,
    )
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
    await until(
      () => t.loki.texts.length,
      (n) => n >= 7,
    )
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(7))
  })

  test('by copy and truncate', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(3))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 3,
    )
    copyFileSync(t.file, `${t.file}.1`)
    truncateSync(t.file)
    appendFileSync(t.file, lines(1, 'line', 3))
    await until(
      () => t.loki.texts.length,
      (n) => n >= 4,
    )
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('truncated and refilled to the same size between two looks: the first bytes tell', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(3, 'aaaa'))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 3,
    )
    await sleep(20)
    writeFileSync(t.file, lines(3, 'bbbb'))
    await until(
      () => t.loki.texts.length,
      (n) => n === 6,
    )
    assert.deepEqual(t.loki.texts, [...expected(3, 'aaaa'), ...expected(3, 'bbbb')])
  })

  test('deleted and created again', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(2))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
    rmSync(t.file)
    await sleep(100)
    writeFileSync(t.file, lines(2, 'line', 2))
    await until(
      () => t.loki.texts.length,
      (n) => n === 4,
    )
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('while Loki is away: every generation is kept open and read when it is back', async () => {
    await using t = await lab({ client: ', batchsize: 64' })
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
    await until(
      () => t.loki.texts.length,
      (n) => n >= 80,
    )
    assert.deepEqual(t.loki.texts.toSorted(), expected(80))
  })

  test('while Loki is away: a file that had been read to its end before, and grew since, is not closed', async () => {
    await using t = await lab({ path: '*.log', client: ', batchsize: 64' })
    writeFileSync(t.file, lines(2))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
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
    await using t = await lab()
    writeFileSync(t.file, lines(3))
    const first = t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 3,
    )
    await t.stop(first)
    appendFileSync(t.file, lines(2, 'line', 3))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n >= 5,
    )
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(5))
  })

  test('lines that were read and not delivered are read again', async () => {
    await using t = await lab()
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
    await until(
      () => t.loki.texts.length,
      (n) => n >= 3,
    )
    assert.deepEqual(t.loki.texts, expected(3))
  })

  test('a file rotated away while the agent was down is read to its end first', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(2))
    const first = t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
    await t.stop(first)
    appendFileSync(t.file, lines(2, 'line', 2))
    renameSync(t.file, `${t.file}.1`)
    writeFileSync(t.file, lines(2, 'line', 4))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n >= 6,
    )
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(6))
  })

  for (const [keep, what] of [
    [9, 'are read from where it stopped'],
    [2, 'are read, also when the file it was reading is among those the logger has deleted since'],
  ] as const) {
    test(`files rotated away while the agent was killed and Loki away ${what}`, async () => {
      await using t = await lab()
      writeFileSync(`${t.file}.1`, lines(2, 'from before the agent was there'))
      writeFileSync(t.file, lines(2))
      const first = t.start()
      await until(
        () => t.loki.texts.length,
        (n) => n === 2,
      )
      t.loki.answer = () => ({ status: 503 })
      await t.stop(first, 0)
      await sleep(20)
      for (const generation of [1, 2, 3]) rotate(t.file, lines(2, 'line', generation * 2), keep)
      t.start()
      await sleep(100)
      t.loki.answer = () => ({ status: 204 })
      await until(
        () => t.loki.texts.length,
        (n) => n >= 8,
      )
      await sleep(200)
      assert.deepEqual(t.loki.texts, expected(8))
    })
  }

  test('a copy that was made while the agent was down is not read again', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(3))
    const first = t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 3,
    )
    await t.stop(first)
    await sleep(20)
    copyFileSync(t.file, `${t.file}.1`)
    truncateSync(t.file)
    appendFileSync(t.file, lines(1, 'line', 3))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n >= 4,
    )
    await sleep(200)
    assert.deepEqual(t.loki.texts, expected(4))
  })

  test('another file under the same name is read from its start', async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(3, 'aaaa'))
    const first = t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 3,
    )
    await t.stop(first)
    rmSync(t.file)
    writeFileSync(t.file, lines(5, 'bbbb'))
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 8,
    )
    assert.deepEqual(t.loki.texts.slice(3), expected(5, 'bbbb'))
  })

  test("positions are Promtail's: an offset without an identity is trusted", async () => {
    await using t = await lab()
    writeFileSync(t.file, lines(4))
    writeFileSync(join(t.folder, 'positions.yaml'), `positions:\n  ${t.file}: "20"\n`)
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
    await sleep(100)
    assert.deepEqual(t.loki.texts, expected(2, 'line', 2))
    assert.match(readFileSync(join(t.folder, 'positions.yaml'), 'utf8'), /app\.log: "40"/)
  })

  test('a positions file that is none stops the start and names the file', async () => {
    await using t = await lab()
    writeFileSync(join(t.folder, 'positions.yaml'), 'positions: {/x.log: "far"}\n')
    assert.throws(() => t.start(), /positions\.yaml: positions: \/x\.log: expected a byte offset, got "far"/)
  })
})

describe('delivery', () => {
  test('503 and 429 are retried, the batch arrives once; 400 is dropped with its reason and does not block the next', async () => {
    await using t = await lab()
    t.loki.answer = (attempt) =>
      [
        { status: 503 },
        { status: 429, headers: { 'retry-after': '0' } },
        { status: 204 },
        { status: 400, body: 'bad' },
      ][attempt - 1] ?? { status: 204 }
    writeFileSync(t.file, 'one\n')
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 1,
    )
    appendFileSync(t.file, 'refused\n')
    await until(
      () => t.loki.requests,
      (n) => n === 4,
    )
    appendFileSync(t.file, 'three\n')
    await until(
      () => t.loki.texts.length,
      (n) => n === 2,
    )
    assert.deepEqual(t.loki.texts, ['one', 'three'])
    const end = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.queued === 0,
    )
    assert.deepEqual(end, { received: 3, sent: 2, dropped: { http_400: 1 }, queued: 0 })
  })

  test('dropped lines do not hold the position back', async () => {
    await using t = await lab({ stages: `{drop: {expression: "noise"}}` })
    writeFileSync(t.file, 'noise\nsignal\nnoise\n')
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 1,
    )
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
    await using t = await lab({ client: ', batchsize: 4096' })
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
    await using t = await lab()
    const long = 'x'.repeat(256 * 1024)
    writeFileSync(t.file, `訂單 🛒\n\n${long}\n\u001B[31mred\u001B[0m\n`)
    t.start()
    await until(
      () => t.loki.texts.length,
      (n) => n === 4,
    )
    assert.deepEqual(t.loki.texts, ['訂單 🛒', '', long, '\u001B[31mred\u001B[0m'])
  })
})
