// What an image is made of: a file or folder on this machine, and all that decides its content.
import { createHash } from 'node:crypto'

export interface Source {
  /** Everything that decides the content; it goes into the image's key. */
  readonly recipe: unknown
  /** Where it is, made first when it is not there yet. */
  provide(progress: Progress): Promise<string>
}

export type Progress = (line: string) => void

export function keyOf(recipe: unknown): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16)
}
