/** Follows the log files of a folder by inode, through renames and truncation; where it stands is saved once what was read is delivered. */
import { open, readdir, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50
const CHUNK_BYTES = 1 << 20
/** How long a file that has lost its name is still read. */
const NAMELESS_MS = 3000

interface Followed {
  readonly handle: FileHandle
  offset: number
  lastSeenAtMs: number
}

export interface FollowOptions {
  readonly folder: string
  readonly positionsFile: string
  readonly signal: AbortSignal
  readonly followsRenamed: boolean
  readonly savesPositions: boolean
  /** Resolves to whether the lines were delivered; if not, they are read again. */
  readonly deliver: (lines: readonly Buffer[]) => Promise<boolean>
}

export async function followFiles(options: FollowOptions): Promise<void> {
  const followed = new Map<string, Followed>()
  const saved = await loadPositions(options.positionsFile)
  while (!options.signal.aborted) {
    await discover(options.folder, followed, saved)
    for (const [inode, file] of followed) {
      const moved = await readOn(file, options)
      if (moved && options.savesPositions) await savePositions(options.positionsFile, followed)
      const nameless = performance.now() - file.lastSeenAtMs
      if (nameless > (options.followsRenamed ? NAMELESS_MS : 0) && !moved) {
        await file.handle.close()
        followed.delete(inode)
      }
    }
    await sleep(POLL_MS)
  }
  for (const { handle } of followed.values()) await handle.close()
}

async function discover(folder: string, followed: Map<string, Followed>, saved: Map<string, number>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.log')) continue
    const handle = await open(join(folder, name), 'r').catch(() => undefined)
    if (handle === undefined) continue
    const { ino, birthtimeMs } = await handle.stat()
    // A new file may get the inode of a deleted one.
    const key = `${ino}-${birthtimeMs}`
    const known = followed.get(key)
    if (known === undefined) followed.set(key, { handle, offset: saved.get(key) ?? 0, lastSeenAtMs: performance.now() })
    else {
      known.lastSeenAtMs = performance.now()
      await handle.close()
    }
  }
}

/** @returns whether something was delivered */
async function readOn(file: Followed, { deliver }: FollowOptions): Promise<boolean> {
  const { size } = await file.handle.stat()
  if (size < file.offset) file.offset = 0
  const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size - file.offset))
  const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, file.offset)
  const end = buffer.subarray(0, bytesRead).lastIndexOf(10)
  if (end < 0) return false
  const lines: Buffer[] = []
  for (let from = 0; from <= end;) {
    const to = buffer.indexOf(10, from)
    lines.push(buffer.subarray(from, to))
    from = to + 1
  }
  if (!(await deliver(lines))) return false
  file.offset += end + 1
  return true
}

async function loadPositions(path: string): Promise<Map<string, number>> {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  return new Map(Object.entries(JSON.parse(text) as Record<string, number>))
}

async function savePositions(path: string, followed: ReadonlyMap<string, Followed>): Promise<void> {
  const offsets = Object.fromEntries([...followed].map(([key, { offset }]) => [key, offset]))
  await writeFile(`${path}.new`, JSON.stringify(offsets))
  await rename(`${path}.new`, path)
}
