/** Log files a collector tails. A line counts as acknowledged once it is fsynced. */
import { copyFile, mkdir, open, rename, rm, truncate, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

export type Rotation = 'rename' | 'copytruncate' | 'delete-and-create'

export class LogFiles implements AsyncDisposable {
  readonly #folder: string
  readonly #handles = new Map<number, FileHandle>()
  readonly #rotations = new Map<number, number>()

  constructor(folder: string) {
    this.#folder = folder
  }

  pathOf = (file: number): string => join(this.#folder, `app-${file}.log`)

  async append(file: number, bytes: Uint8Array): Promise<void> {
    const handle = await this.#handleOf(file)
    await handle.appendFile(bytes)
    await handle.datasync()
  }

  /** The three ways in which files change under a reader. The name of the old one ends so that no `*.log` matches it. */
  async rotate(file: number, how: Rotation): Promise<void> {
    const path = this.pathOf(file)
    const number = (this.#rotations.get(file) ?? 0) + 1
    this.#rotations.set(file, number)
    if (how === 'copytruncate') {
      await copyFile(path, `${path}.${number}`)
      await truncate(path, 0)
      return
    }
    await this.#handles.get(file)?.close()
    this.#handles.delete(file)
    if (how === 'rename') await rename(path, `${path}.${number}`)
    else await rm(path)
  }

  async #handleOf(file: number): Promise<FileHandle> {
    const known = this.#handles.get(file)
    if (known !== undefined) return known
    await mkdir(this.#folder, { recursive: true })
    const handle = await open(this.pathOf(file), 'a')
    this.#handles.set(file, handle)
    return handle
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const handle of this.#handles.values()) await handle.close()
    this.#handles.clear()
  }
}
