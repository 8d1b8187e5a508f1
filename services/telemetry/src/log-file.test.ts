import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { LogFile } from './log-file.ts'

const loss = { notice: (lines: number) => `${lines} lost\n`, onDropped: () => {} }

function open(t: TestContext, options = { maxFileBytes: 100, maxFiles: 2 }) {
  const folder = mkdtempSync(join(tmpdir(), 'log-file-'))
  const path = join(folder, 'deeper', 'shop.log')
  const file = new LogFile({ path, loss, ...options })
  t.after(() => {
    file.close()
    rmSync(folder, { recursive: true })
  })
  return { file, path, folder: join(folder, 'deeper') }
}

const line = (number: number) => `${String(number).padStart(39, '0')}\n`

describe('LogFile', () => {
  it('has a line in the file when write returns', (t) => {
    const { file, path } = open(t)
    file.write(line(1))
    assert.equal(readFileSync(path, 'utf8'), line(1))
  })

  it('rotates by rename before it gets too large, and keeps a bounded number of files', (t) => {
    const { file, path, folder } = open(t)
    file.write(line(1))
    file.write(line(2))
    for (const number of [3, 4, 5, 6, 7]) file.write(line(number))
    assert.deepEqual(readdirSync(folder).toSorted(), ['shop.log', 'shop.log.1', 'shop.log.2'])
    assert.equal(readFileSync(path, 'utf8'), line(7))
    assert.equal(readFileSync(`${path}.1`, 'utf8'), line(5) + line(6))
    assert.equal(readFileSync(`${path}.2`, 'utf8'), line(3) + line(4))
  })

  it('keeps the inode of a full file, so that a reader can finish it, and gives the next one another', (t) => {
    const { file, path } = open(t)
    for (let number = 1; number <= 11; number += 2) {
      file.write(line(number))
      file.write(line(number + 1))
      const inode = statSync(path).ino
      file.write(line(0))
      assert.equal(statSync(`${path}.1`).ino, inode)
      assert.notEqual(statSync(path).ino, inode)
      file.write(line(0))
    }
  })

  it('appends to what an earlier process left', (t) => {
    const { file, path } = open(t)
    file.write(line(1))
    const next = new LogFile({ path, maxFileBytes: 100, maxFiles: 2, loss })
    next.write(line(2))
    next.close()
    assert.equal(readFileSync(path, 'utf8'), line(1) + line(2))
  })

  it('takes a line that is larger than a file', (t) => {
    const { file, path } = open(t)
    file.write(`${'x'.repeat(500)}\n`)
    file.write(line(1))
    assert.equal(readFileSync(path, 'utf8'), line(1))
    assert.equal(statSync(`${path}.1`).size, 501)
  })

  it('grows when it cannot be rotated, losing no line and no descriptor, and rotates when it can again', (t) => {
    const { file, path } = open(t, { maxFileBytes: 100, maxFiles: 1 })
    t.mock.method(process.stderr, 'write', () => true)
    mkdirSync(join(`${path}.1`, 'in the way'), { recursive: true })
    const before = readdirSync('/dev/fd').length
    for (let number = 0; number < 10; number++) file.write(line(number))
    assert.equal(readFileSync(path, 'utf8'), Array.from({ length: 10 }, (_, number) => line(number)).join(''))
    assert.equal(readdirSync('/dev/fd').length, before)
    rmSync(`${path}.1`, { recursive: true })
    file.write(line(11))
    assert.equal(readFileSync(path, 'utf8'), line(11))
  })
})
