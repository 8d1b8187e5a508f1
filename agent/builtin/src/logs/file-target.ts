// One __path__ of a scrape_config: finds its files, follows each, and notices rotation.
// Rotated files stay open until they are read to the end, so while Loki is down the files themselves are the buffer.
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { inodeOf, lookAt, type Fingerprint } from './file-identity.ts'
import type { FileProgress } from './file-progress.ts'
import { globFiles, watchableFolder } from './glob-files.ts'
import type { SplitLine } from './line-splitter.ts'
import type { Position } from './positions.ts'
import { rotatedFilesOf } from './rotated-files.ts'
import { TailedFile } from './tailed-file.ts'

export interface FileTargetOptions {
  readonly pattern: string
  readonly exclude: string | undefined
  readonly maxLineBytes: number
  readonly saved: readonly Position[]
  /** When the positions were saved: what was written later was not seen by the run before. */
  readonly savedAtMs: number
  readonly hasRoom: () => boolean
  readonly onLine: (line: SplitLine, progress: FileProgress, path: string) => void
  /** A folder changed: poll soon. */
  readonly onStir: () => void
  /** A rotated file was given up with this many bytes unread, because too many were open. */
  readonly onAbandoned: (path: string, unreadBytes: number) => void
  readonly onFinished: (path: string) => void
}

// A writer may still hold a renamed file open: follow it this long after its last byte.
const ROTATED_GRACE_MS = 5000
// Each costs a descriptor and one fstat a look. 64 were not enough for two services that rotate each second through a minute without Loki.
const MAX_ROTATED_FILES = 512

export class FileTarget {
  readonly #options: FileTargetOptions
  readonly #live = new Map<string, TailedFile>()
  #rotated: TailedFile[] = []
  /** Positions of the run before; each is used once, when its path is first seen. */
  #saved: readonly Position[]
  /** Path → the rotated files that lay beside it at its last rotation, or when it was found: they are no news at the next one. */
  readonly #besides = new Map<string, readonly Fingerprint[]>()
  #watcher: FSWatcher | undefined

  constructor(options: FileTargetOptions) {
    this.#options = options
    this.#saved = options.saved
  }

  /** Finds files and forgets finished ones. Called at the start and every sync period. */
  discover(): void {
    this.#watch()
    const { pattern, exclude } = this.#options
    for (const found of globFiles(pattern, exclude)) {
      const inode = inodeOf(found)
      if (this.#live.has(found.path) || this.#adopt(found.path, inode) || this.#isOpen(inode)) continue
      this.#openRotatedBefore(found.path)
      this.#open(found.path, this.#savedFor(found.path, inode))
      this.#openUnseen(found.path)
      this.#saved = this.#saved.filter((position) => position.path !== found.path)
    }
  }

  /** Reads what is new in every file. True when there was anything. */
  poll(nowMs: number): boolean {
    let hasRead = false
    for (const [filePath, file] of this.#live) {
      if (this.#isReplaced(filePath, file)) this.#rotate(filePath, file)
    }
    for (const file of [...this.#rotated, ...this.#live.values()]) hasRead = file.poll(nowMs) || hasRead
    this.#closeDrained(nowMs)
    return hasRead
  }

  /** Rotated files first, the live one last. */
  positions(): Position[] {
    return [...this.#rotated, ...this.#live.values()].map((file) => ({
      path: file.path,
      offset: file.progress.settledOffset,
      identity: file.identity,
    }))
  }

  status(): { path: string; readBytes: number; settledBytes: number; unreadBytes: number; rotated: boolean }[] {
    return [...this.#rotated, ...this.#live.values()].map((file) => ({
      path: file.path,
      readBytes: file.progress.readOffset,
      settledBytes: file.progress.settledOffset,
      unreadBytes: file.unreadBytes,
      rotated: file.isRotated,
    }))
  }

  close(): void {
    this.#watcher?.close()
    for (const file of [...this.#rotated, ...this.#live.values()]) file.close()
  }

  /** A rotated file whose new name the pattern also names (app.log → app.1.log) goes on under that name, and is not read again. */
  #adopt(filePath: string, inode: string): boolean {
    const file = this.#rotated.find((one) => one.inode === inode)
    if (file === undefined) return false
    this.#rotated = this.#rotated.filter((one) => one !== file)
    file.path = filePath
    file.isRotated = false
    this.#live.set(filePath, file)
    return true
  }

  /** By inode first, whatever the file was called then; the file itself checks that it is still the one. */
  #savedFor(filePath: string, inode: string): Position | undefined {
    return (
      this.#saved.findLast((position) => position.identity?.inode === inode) ??
      this.#saved.findLast((position) => position.path === filePath)
    )
  }

  #isOpen(inode: string): boolean {
    return (
      this.#rotated.some((file) => file.inode === inode) ||
      [...this.#live.values()].some((file) => file.inode === inode)
    )
  }

  #open(filePath: string, saved: Position | undefined, openPath = filePath): TailedFile | undefined {
    try {
      const { maxLineBytes, hasRoom, onLine } = this.#options
      const file = new TailedFile({ path: filePath, openPath, maxLineBytes, hasRoom, resume: saved, onLine })
      if (openPath === filePath) this.#live.set(filePath, file)
      return file
    } catch (error) {
      // Gone between the listing and the opening: the next discovery decides.
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES'))
        return undefined
      throw error
    }
  }

  /** Files of this path that were rotated away while the agent was down: found in the same folder by inode, read from where it stopped. */
  #openRotatedBefore(filePath: string): void {
    const candidates = this.#saved.filter(({ path: saved, identity }) => saved === filePath && identity !== undefined)
    if (candidates.length === 0) return
    const folder = path.dirname(filePath)
    const current = statSync(filePath, { throwIfNoEntry: false })
    const byInode = new Map<string, string>()
    for (const name of readdirSync(folder)) {
      const full = path.join(folder, name)
      const stat = statSync(full, { throwIfNoEntry: false })
      if (stat?.isFile() === true) byInode.set(inodeOf(stat), full)
    }
    for (const position of candidates) {
      const inode = position.identity?.inode ?? ''
      const movedTo = byInode.get(inode)
      const isStillLive = current !== undefined && inodeOf(current) === inode
      if (movedTo === undefined || isStillLive || this.#isOpen(inode)) continue
      const file = this.#open(filePath, position, movedTo)
      // Another file under the same number begins at 0: then it is not ours to read twice.
      if (file === undefined) continue
      if (file.progress.readOffset !== position.offset) file.close()
      else {
        file.isRotated = true
        this.#rotated.push(file)
      }
    }
  }

  #isReplaced(filePath: string, file: TailedFile): boolean {
    const stat = statSync(filePath, { throwIfNoEntry: false })
    return stat === undefined || inodeOf(stat) !== file.inode
  }

  #rotate(filePath: string, file: TailedFile): void {
    this.#live.delete(filePath)
    file.isRotated = true
    this.#rotated.push(file)
    if (statSync(filePath, { throwIfNoEntry: false }) !== undefined && !this.#isOpenAt(filePath)) {
      this.#open(filePath, undefined)
      this.#openUnseen(filePath)
    }
    while (this.#rotated.length > MAX_ROTATED_FILES) this.#giveUpOne()
  }

  /** One that only waits for a late writer, if there is one; else the oldest, which is a loss. */
  #giveUpOne(): void {
    const done = this.#rotated.findIndex((file) => file.progress.isSettled && file.unreadBytes === 0)
    const [file] = this.#rotated.splice(Math.max(0, done), 1)
    if (file === undefined) return
    if (done < 0) this.#options.onAbandoned(file.path, file.unreadBytes)
    file.close()
  }

  /**
   * Files that were born and rotated away between two looks, or while the agent was down. Called with the live file open, so that
   * a rotation in the middle of this is seen at the next look. A file is told by its first bytes, as elsewhere: a copy is no news.
   */
  #openUnseen(filePath: string): void {
    const before = this.#besides.get(filePath)
    const isResumed = this.#saved.some((position) => position.path === filePath)
    const sinceMs = before !== undefined ? 0 : isResumed ? this.#options.savedAtMs : Infinity
    const open = [...this.#rotated, ...this.#live.values()]
    const known = [
      ...(before ?? []),
      ...this.#saved.flatMap(({ identity }) => (identity === undefined ? [] : [identity.fingerprint])),
      ...open.map((file) => file.identity.fingerprint),
    ]
    const besides: Fingerprint[] = []
    for (const rotated of rotatedFilesOf(filePath)) {
      const seen = lookAt(rotated.path, known)
      if (seen === undefined) continue
      besides.push(seen.fingerprint)
      if (seen.isKnown || rotated.mtimeMs <= sinceMs || this.#isOpen(rotated.inode)) continue
      const file = this.#open(filePath, undefined, rotated.path)
      if (file === undefined) continue
      file.isRotated = true
      this.#rotated.push(file)
    }
    this.#besides.set(filePath, besides)
  }

  #isOpenAt(filePath: string): boolean {
    const stat = statSync(filePath, { throwIfNoEntry: false })
    return stat !== undefined && this.#isOpen(inodeOf(stat))
  }

  #closeDrained(nowMs: number): void {
    this.#rotated = this.#rotated.filter((file) => {
      if (file.idleMs(nowMs) < ROTATED_GRACE_MS) return true
      file.finish()
      if (!file.progress.isSettled) return true
      this.#options.onFinished(file.path)
      file.close()
      return false
    })
  }

  /** Watching makes a new line or file seen at once; polling finds it anyway where watching does not work. */
  #watch(): void {
    if (this.#watcher !== undefined) return
    const folder = watchableFolder(this.#options.pattern)
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#options.onStir())
      watcher.on('error', () => {
        watcher.close()
        if (this.#watcher === watcher) this.#watcher = undefined
      })
      this.#watcher = watcher
    } catch {
      // The folder is not there yet, or the watches of this machine are used up.
    }
  }
}
