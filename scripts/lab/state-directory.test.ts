import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LabError } from './lab-error.ts'
import { checkFreeSpace, prepareStateDirectory, stateDirectory } from './state-directory.ts'

test('too little disk space is one sentence with what to try', () => {
  checkFreeSpace(tmpdir(), 1)
  assert.throws(
    () => checkFreeSpace(tmpdir(), Number.MAX_SAFE_INTEGER),
    (error) =>
      error instanceof LabError &&
      /^no disk space: \d+ MiB free/.test(error.message) &&
      /PLAYGROUND_DIR/.test(error.advice ?? ''),
  )
})

test('a state directory is made with a .gitignore, and one that cannot be made is named', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'playground-state-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  prepareStateDirectory(stateDirectory(join(dir, 'lab')))
  assert.equal(readFileSync(join(dir, 'lab/.gitignore'), 'utf8'), '*\n')
  writeFileSync(join(dir, 'file'), '')
  assert.throws(
    () => prepareStateDirectory(stateDirectory(join(dir, 'file/lab'))),
    /state directory .*file\/lab cannot be written: ENOTDIR/,
  )
})
