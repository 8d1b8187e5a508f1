import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { logs, metrics, traces } from '@playground/protocol/otlp/otlp-samples'
import { openRecording, type OpenOptions } from './open-recording.ts'
import { RecordingWriter } from './recording-writer.ts'

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hostile-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

/** The entries of a sound recording, as they are unpacked. */
async function soundEntries(dir: string): Promise<Map<string, Buffer>> {
  const path = join(dir, 'sound.zip')
  {
    await using writer = await RecordingWriter.create(path)
    await writer.writeLogs(logs)
    await writer.writeTraces(traces)
    await writer.writeMetrics(metrics)
    await writer.finish({ name: 'sound', fromUnixNano: 1n, toUnixNano: 2n, missing: [], proved: [], source: {} })
  }
  using recording = await openRecording(path)
  const entries = new Map<string, Buffer>()
  for (const { name } of recording.manifest.entries) {
    const chunks = []
    for await (const chunk of recording.entry(name)) chunks.push(chunk)
    entries.set(name, Buffer.concat(chunks))
  }
  const { fromUnixNano, toUnixNano, ...rest } = recording.manifest
  entries.set(
    'manifest.json',
    Buffer.from(JSON.stringify({ ...rest, fromUnixNano: String(fromUnixNano), toUnixNano: String(toUnixNano) })),
  )
  return entries
}

async function zipped(path: string, entries: Iterable<readonly [string, Buffer]>): Promise<string> {
  const zip = new ZipFile()
  for (const [name, content] of entries) zip.addBuffer(content, name)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

const refuses = (path: string, reason: RegExp, options?: OpenOptions) =>
  assert.rejects(openRecording(path, options), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'PLAY_RECORDING_REFUSED')
    assert.match(error.message, reason)
    assert.ok(error.message.startsWith(path), error.message)
    return true
  })

describe('a file that is not what it says', () => {
  it('is taken when nothing was changed', async (t) => {
    const dir = await directory(t)
    const path = await zipped(join(dir, 'again.zip'), await soundEntries(dir))
    using recording = await openRecording(path)
    assert.ok(recording.manifest.counts.spans > 0)
  })

  it('is refused with the reason: damaged, incomplete, changed, newer', async (t) => {
    const dir = await directory(t)
    const entries = await soundEntries(dir)
    const changed = async (name: string, change: (entries: Map<string, Buffer>) => void) => {
      const copy = new Map(entries)
      change(copy)
      return zipped(join(dir, name), copy)
    }
    const manifest = (change: (text: string) => string) => (copy: Map<string, Buffer>) =>
      copy.set('manifest.json', Buffer.from(change(String(entries.get('manifest.json')))))
    const edit = (name: string, change: (text: string) => string) => (copy: Map<string, Buffer>) =>
      copy.set(name, Buffer.from(change(String(entries.get(name)))))

    const one = (text: string) => text.replace('a', 'b')
    await refuses(
      await changed('checksum.zip', edit('otlp/logs.jsonl', one)),
      /otlp\/logs\.jsonl does not have the checksum/,
    )
    await refuses(
      await changed(
        'longer.zip',
        edit('otlp/logs.jsonl', (text) => `${text}\n{}`),
      ),
      /longer than the \d+ bytes/,
    )
    await refuses(
      await changed('absent.zip', (copy) => copy.delete('parquet/spans.parquet')),
      /parquet\/spans\.parquet is not in it/,
    )
    await refuses(
      await changed('no-manifest.zip', (copy) => copy.delete('manifest.json')),
      /manifest\.json is not in it/,
    )
    await refuses(
      await changed(
        'newer.zip',
        manifest((text) => text.replace('"formatVersion":1', '"formatVersion":2')),
      ),
      /format version 2, this playground reads up to 1/,
    )
    await refuses(
      await changed(
        'counts.zip',
        manifest((text) => text.replace(/"spans":\d+/, '"spans":999')),
      ),
      /holds \d+ spans, 999 in the manifest/,
    )
    await refuses(
      await changed(
        'no-json.zip',
        manifest(() => '{'),
      ),
      /manifest\.json: /,
    )
    await refuses(
      await changed('extra.zip', (copy) => copy.set('run-me.sh', Buffer.from('x'))),
      /"run-me\.sh" is no entry of a recording/,
    )
  })

  it('is refused before a byte leaves it: zip slip, bombs, half a file, no zip', async (t) => {
    const dir = await directory(t)
    const entries = await soundEntries(dir)
    const whole = await readFile(await zipped(join(dir, 'whole.zip'), entries))
    // yazl refuses such a name itself, so it is written into the bytes of both directories.
    const slip = Buffer.from(whole.toString('latin1').replaceAll('otlp/logs.jsonl', '../../logs.json'), 'latin1')
    await writeFile(join(dir, 'slip.zip'), slip)
    await refuses(join(dir, 'slip.zip'), /invalid relative path: \.\.\/\.\.\/logs\.json/)
    await writeFile(join(dir, 'half.zip'), whole.subarray(0, whole.length / 2))
    await refuses(join(dir, 'half.zip'), /end of central directory/i)
    await writeFile(join(dir, 'text.zip'), 'not a zip')
    await refuses(join(dir, 'text.zip'), /end of central directory|too small/i)
    await refuses(join(dir, 'nowhere.zip'), /ENOENT/)
    const bomb = new Map(entries).set('otlp/logs.jsonl', Buffer.alloc(80 * 2 ** 20))
    await refuses(await zipped(join(dir, 'bomb.zip'), bomb), /a bomb/)
    const limits = { maxTotalBytes: 1_000, maxManifestBytes: 100 }
    await refuses(join(dir, 'whole.zip'), /more than 1000 bytes|manifest has \d+ bytes/, { limits })
    assert.deepEqual((await readdir(join(dir, '..', '..'))).includes('logs.json'), false)
  })

  it('leaves nothing behind when a recording is given up', async (t) => {
    const dir = await directory(t)
    {
      await using writer = await RecordingWriter.create(join(dir, 'never.zip'))
      await writer.writeLogs(logs)
    }
    assert.deepEqual(await readdir(dir), [])
  })
})
