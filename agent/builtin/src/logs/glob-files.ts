import { globSync, statSync } from 'node:fs'
import path from 'node:path'

export interface FoundFile {
  readonly path: string
  readonly dev: number
  readonly ino: number
}

const isPattern = (text: string): boolean => /[*?[{]/.test(text)

/** The deepest folder without a pattern in its name: what can be watched for new files. */
export function watchableFolder(pattern: string): string {
  const parts = path.resolve(pattern).split(path.sep)
  const first = parts.findIndex(isPattern)
  return (first < 0 ? parts.slice(0, -1) : parts.slice(0, first)).join(path.sep) || path.sep
}

/** Regular files a __path__ names, without those __path_exclude__ names. */
export function globFiles(pattern: string, exclude: string | undefined): FoundFile[] {
  const paths = isPattern(pattern) ? globSync(pattern) : [pattern]
  const found: FoundFile[] = []
  for (const file of paths) {
    if (exclude !== undefined && path.matchesGlob(file, exclude)) continue
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat?.isFile() === true) found.push({ path: file, dev: stat.dev, ino: stat.ino })
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
