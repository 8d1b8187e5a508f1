// The log of a process whose disk is full: a file that may grow to a limit (EFBIG in place of ENOSPC) and is near it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

const fixture = join(import.meta.dirname, 'log-output.fixture.ts')
const limitBytes = 64 * 1024

/** Resolves to the number of lines dropped so far. @throws Error when the process has ended */
type LogLine = (number: number) => Promise<number>

function start(t: TestContext, file: string, environment: Record<string, string>): LogLine {
  writeFileSync(file, '')
  truncateSync(file, limitBytes - 200)
  // `ulimit -f` counts blocks of 512 bytes. Both streams go to the full file, as a lab's do.
  const script = `ulimit -f ${limitBytes / 512} && exec "$0" "$1" >>"$FILE" 2>&1`
  const child = spawn('sh', ['-c', script, process.execPath, fixture], {
    env: { FILE: file, ...environment },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  t.after(() => child.kill())
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process ended with exit code ${code}`)
  })
  return async (number) => {
    child.send(number)
    const [metrics] = (await Promise.race([once(child, 'message'), ended])) as [string]
    return Number(/^playground_dropped_log_lines_total (\d+)$/m.exec(metrics)?.[1])
  }
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'log-output-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

async function fillThenMakeRoom(log: LogLine, file: string): Promise<void> {
  let dropped = 0
  for (let number = 1; number <= 5; number++) dropped = await log(number)
  assert.ok(dropped >= 3, `${dropped} lines dropped`)
  truncateSync(file, 0)
  assert.equal(await log(6), dropped)
  assert.equal(await log(7), dropped)
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') // prettier-ignore
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    logged.map(({ level, lines: lost, number }) => [level, lost ?? number]),
    [
      ['warn', dropped],
      ['info', 6],
      ['info', 7],
    ],
  )
}

describe('the log of a process whose disk is full', () => {
  it('loses lines on stdout, counts them, and says so when there is space', async (t) => {
    const file = join(folder(t), 'stdout')
    await fillThenMakeRoom(start(t, file, {}), file)
  })

  it('loses lines of its file, while stderr is full as well, and says so when there is space', async (t) => {
    const logDir = folder(t)
    const file = join(logDir, 'telemetry.log')
    await fillThenMakeRoom(start(t, file, { LOG_DIR: logDir }), file)
  })
})
