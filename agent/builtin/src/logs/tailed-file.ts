// One open file, followed by its descriptor, so that a rename or delete does not lose what was not read yet.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import {
  beginsWith,
  EMPTY_FINGERPRINT,
  fingerprintOf,
  inodeOf,
  isComplete,
  type FileIdentity,
} from './file-identity.ts'
import { FileProgress } from './file-progress.ts'
import { LineSplitter, type SplitLine } from './line-splitter.ts'

export interface TailedFileOptions {
  /** The name the file goes by: the `filename` label and the key of its position. */
  readonly path: string
  /** Where it is now, when it has been renamed. */
  readonly openPath?: string
  readonly maxLineBytes: number
  /** Where to begin when the file is still the one of `identity`; otherwise at 0. */
  readonly resume?: { readonly offset: number; readonly identity: FileIdentity | undefined } | undefined
  readonly onLine: (line: SplitLine, progress: FileProgress, path: string) => void
  /** Whether there is room for more lines now. */
  readonly hasRoom: () => boolean
}

const CHUNK_BYTES = 64 * 1024
const chunk = Buffer.allocUnsafe(CHUNK_BYTES)

export class TailedFile {
  /** Changes when the file is found under another name. */
  path: string
  readonly inode: string
  progress: FileProgress
  /** The path names another file now, or none. */
  isRotated = false
  truncations = 0
  readonly #options: TailedFileOptions
  readonly #fd: number
  #splitter: LineSplitter
  #fingerprint = EMPTY_FINGERPRINT
  #mtimeMs = 0
  #sizeBytes = 0
  /** When reading found the end of the file and nothing came after; 0 while there is more. */
  #atEndSinceMs = 0

  /** Opens the file; throws what openSync throws. */
  constructor(options: TailedFileOptions) {
    this.path = options.path
    this.#options = options
    this.#fd = openSync(options.openPath ?? options.path, 'r')
    const stat = fstatSync(this.#fd)
    this.inode = inodeOf(stat)
    const offset = this.#resumeOffset(stat.size)
    this.progress = new FileProgress(offset)
    this.#splitter = new LineSplitter(offset, options.maxLineBytes)
    this.#fingerprint = fingerprintOf(this.#fd)
  }

  get identity(): FileIdentity {
    return { inode: this.inode, fingerprint: this.#fingerprint }
  }

  get unreadBytes(): number {
    return Math.max(0, fstatSync(this.#fd).size - this.progress.readOffset)
  }

  /** How long the file has been read to its end. Also asked while there is no room to read: what came since then counts. */
  idleMs(nowMs: number): number {
    const isAtEnd = fstatSync(this.#fd).size <= this.#splitter.offset
    return isAtEnd && this.#atEndSinceMs > 0 ? nowMs - this.#atEndSinceMs : 0
  }

  /** Reads what is new, as far as there is room. True when it read something. */
  poll(nowMs: number): boolean {
    this.#noticeTruncation()
    let readBytes = 0
    while (this.#options.hasRoom()) {
      const count = readSync(this.#fd, chunk, 0, CHUNK_BYTES, this.#splitter.offset)
      if (count === 0) {
        if (readBytes > 0 || this.#atEndSinceMs === 0) this.#atEndSinceMs = nowMs
        break
      }
      readBytes += count
      this.#atEndSinceMs = 0
      const { progress } = this
      for (const line of this.#splitter.push(chunk.subarray(0, count))) this.#options.onLine(line, progress, this.path)
    }
    if (readBytes > 0 && !isComplete(this.#fingerprint)) this.#fingerprint = fingerprintOf(this.#fd)
    return readBytes > 0
  }

  /** The file is complete: its last line needs no newline any more. */
  finish(): void {
    const last = this.#splitter.end()
    if (last !== undefined) this.#options.onLine(last, this.progress, this.path)
  }

  close(): void {
    closeSync(this.#fd)
  }

  #resumeOffset(sizeBytes: number): number {
    const { resume } = this.#options
    if (resume === undefined || resume.offset > sizeBytes) return 0
    // Promtail's positions carry no identity: trust the offset, as Promtail does.
    if (resume.identity === undefined) return resume.offset
    const { inode, fingerprint } = resume.identity
    return inode === this.inode && fingerprint.length <= sizeBytes && beginsWith(this.#fd, fingerprint)
      ? resume.offset
      : 0
  }

  /** A file that shrank was truncated; one that was touched may have been, and refilled: its first bytes tell. */
  #noticeTruncation(): void {
    const { mtimeMs, size } = fstatSync(this.#fd)
    if (mtimeMs === this.#mtimeMs && size === this.#sizeBytes) return
    this.#mtimeMs = mtimeMs
    this.#sizeBytes = size
    if (size >= this.#splitter.offset && beginsWith(this.#fd, this.#fingerprint)) return
    this.truncations++
    this.progress = new FileProgress(0)
    this.#splitter = new LineSplitter(0, this.#options.maxLineBytes)
    this.#fingerprint = fingerprintOf(this.#fd)
  }
}
