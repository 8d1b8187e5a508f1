import { readFileSync, statSync } from 'node:fs'
import { keyOf } from './source.ts'
import type { Source } from './source.ts'

/** A file or folder that is on this machine anyway; `version` stands for its content. */
export function existingPath(path: string, version: string): Source {
  return { recipe: { path, version }, provide: async () => path }
}

/** A small file, keyed by what is in it. */
export function existingFile(path: string): Source {
  const content = readFileSync(path)
  const isExecutable = (statSync(path).mode & 0o111) !== 0
  return { recipe: { content: keyOf(content.toString('base64')), isExecutable }, provide: async () => path }
}
