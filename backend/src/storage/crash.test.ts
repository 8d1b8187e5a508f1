import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { lineCodec } from './line-codec.fixture.ts'
import { TenantStore } from './tenant-store.ts'

const writer = fileURLToPath(new URL('line-writer.fixture.ts', import.meta.url))

async function temporaryFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-store-'))
  t.after(() => rm(folder, { recursive: true }))
  return join(folder, 'lines.sqlite')
}

function storedNumbers(path: string): Set<number> {
  const store = TenantStore.open(lineCodec, { path })
  const lines = store.listTenants().flatMap(({ id }) => {
    const { heads, blocks, open } = store.select(id)
    return [...blocks.flatMap((block) => open(block).lines()), ...heads.flatMap((head) => head.lines)]
  })
  void store.close()
  const numbers = lines.map((line) => Number(line.split(' ')[0]))
  assert.equal(new Set(numbers).size, numbers.length, 'no row is there twice')
  return new Set(numbers)
}

test('every acknowledged row is there after kill -9 in the middle of writes and seals, five times in a row', async (t) => {
  const path = await temporaryFile(t)
  const acknowledged = new Set<number>()
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      // Not at a round number of rows: somewhere inside a commit or a seal.
      if (printed.length > 8_000 + round * 1_234) child.kill('SIGKILL')
    })
    const [, signal] = (await once(child, 'close')) as [number, string]
    assert.equal(signal, 'SIGKILL')
    for (const line of printed.split('\n').slice(0, -1)) acknowledged.add(Number(line))
    const stored = storedNumbers(path)
    const lost = [...acknowledged].filter((number) => !stored.has(number))
    assert.deepEqual(lost, [], `round ${round}: ${acknowledged.size} acknowledged, ${stored.size} stored`)
  }
  assert.ok(acknowledged.size > 5_000, `${acknowledged.size} rows were acknowledged`)
})

test(
  'when the disk takes no more, the writer gets a typed error and what was acknowledged is there',
  { skip: process.platform === 'win32' },
  async (t) => {
    const path = await temporaryFile(t)
    // A file-size limit (1 KiB blocks; POSIX says 512 B) stands for a full disk: the same write(2) fails, without needing a mount.
    const child = spawn(
      'sh',
      ['-c', `trap '' XFSZ; ulimit -f 4096; exec "$0" "$@"`, process.execPath, writer, path, '3000'],
      { stdio: 'pipe' },
    )
    let acknowledged = ''
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => (acknowledged += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    assert.equal(code, 3, complaint)
    assert.match(complaint, /^STORAGE_(FULL|FAILED): .*lines\.sqlite cannot /)
    const stored = storedNumbers(path)
    const numbers = acknowledged.split('\n').slice(0, -1).map(Number)
    assert.ok(numbers.length > 100)
    assert.deepEqual(
      numbers.filter((number) => !stored.has(number)),
      [],
    )
  },
)
