// The positions file: how far each file has been delivered. Promtail's format (`positions:` path → "offset"), so either agent can take
// over from the other; the files' identities are further entries of the same map, which Promtail drops as files that do not exist.
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parse, stringify } from 'yaml'
import { parseIdentity, renderIdentity, type FileIdentity } from './file-identity.ts'

export interface Position {
  /** The path the file had when it was found; two positions share it while a rotated file is still being read. */
  readonly path: string
  readonly offset: number
  readonly identity: FileIdentity | undefined
}

const IDENTITY = 'identity of '
const ROTATED = /^(.*)#rotated-(\d+:\d+)$/

export class PositionsFile {
  readonly #path: string
  #written = ''

  constructor(path: string) {
    this.#path = path
  }

  /** When the file was last written; Infinity when it is not there. */
  get writtenAtMs(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
  }

  /** @throws Error when the file exists and is not a positions file */
  read(): Position[] {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw new Error(`cannot read the positions file ${this.#path}`, { cause: error })
    }
    const document: unknown = parse(text)
    const map: unknown =
      typeof document === 'object' && document !== null && 'positions' in document ? document.positions : {}
    if (typeof map !== 'object' || map === null) throw new Error(`${this.#path}: positions: expected a mapping`)
    const entries = new Map(Object.entries(map).map(([key, value]) => [key, String(value)]))
    const positions: Position[] = []
    for (const [key, value] of entries) {
      if (key.startsWith(IDENTITY)) continue
      const offset = Number(value)
      if (!Number.isSafeInteger(offset) || offset < 0) {
        throw new Error(`${this.#path}: positions: ${key}: expected a byte offset, got "${value}"`)
      }
      positions.push({
        path: ROTATED.exec(key)?.[1] ?? key,
        offset,
        identity: parseIdentity(entries.get(IDENTITY + key) ?? ''),
      })
    }
    return positions
  }

  /** Replaces the file in one step: a reader, or a crash, sees the old or the new one. */
  write(positions: readonly Position[]): void {
    const map: Record<string, string> = {}
    for (const { path, offset, identity } of positions) {
      // The live file comes last in `positions`, so a rotated one is recognised by a later holder of its path.
      const isRotated = positions.findLast((other) => other.path === path)?.identity?.inode !== identity?.inode
      const key = isRotated ? `${path}#rotated-${identity?.inode}` : path
      // A file that two scrape_configs follow: the one that is behind must find its place again.
      if (Number(map[key] ?? Infinity) <= offset) continue
      map[key] = String(offset)
      if (identity !== undefined) map[IDENTITY + key] = renderIdentity(identity)
    }
    const text = stringify({ positions: map }, { lineWidth: 0 })
    if (text === this.#written) return
    mkdirSync(dirname(this.#path), { recursive: true })
    const next = `${this.#path}.${process.pid}.tmp`
    writeFileSync(next, text)
    renameSync(next, this.#path)
    this.#written = text
  }
}
