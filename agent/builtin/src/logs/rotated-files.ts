import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { inodeOf } from './file-identity.ts'

export interface RotatedFile {
  readonly path: string
  readonly inode: string
  readonly mtimeMs: number
}

// A number or a date; what was compressed (`.gz`) is not followed.
const SUFFIX = /^[.-]\d[\d.:_T-]*$/

/** The files beside a log file that rotation by rename made of it, as `app.log.1` or `app.log-20260101`; oldest first. */
export function rotatedFilesOf(filePath: string): RotatedFile[] {
  const folder = path.dirname(filePath)
  const name = path.basename(filePath)
  const found: RotatedFile[] = []
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(name) || !SUFFIX.test(entry.slice(name.length))) continue
    const full = path.join(folder, entry)
    const stat = statSync(full, { throwIfNoEntry: false })
    if (stat?.isFile() === true) found.push({ path: full, inode: inodeOf(stat), mtimeMs: stat.mtimeMs })
  }
  // Within one tick of the file system's clock the higher number is the older file.
  return found.toSorted((a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? 1 : -1))
}
