import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { PositionsFile, type Position } from './positions.ts'

const at = (path: string, offset: number, inode: string): Position => ({
  path,
  offset,
  identity: { inode, fingerprint: { length: 1, hash: 'aa' } },
})

test('a live file and its rotated predecessor, under one path, keep a position each', () => {
  using folder = temporaryFolder()
  const file = new PositionsFile(join(folder.path, 'positions.yaml'))
  const positions = [at('/log/app.log', 70, '1:1'), at('/log/app.log', 30, '1:2')]
  file.write(positions)
  assert.deepEqual(file.read(), positions)
})

test('of a file that two scrape_configs follow, the position of the one that is behind is kept', () => {
  using folder = temporaryFolder()
  const file = new PositionsFile(join(folder.path, 'positions.yaml'))
  file.write([at('/log/app.log', 70, '1:1'), at('/log/app.log', 30, '1:1')])
  assert.deepEqual(file.read(), [at('/log/app.log', 30, '1:1')])
  file.write([at('/log/app.log', 40, '1:1'), at('/log/app.log', 70, '1:1')])
  assert.deepEqual(file.read(), [at('/log/app.log', 40, '1:1')])
})
