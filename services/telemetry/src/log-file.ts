import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LineLoss } from './line-output.ts'
import { standardError } from './standard-error.ts'

export interface LogFileOptions {
  path: string
  maxFileBytes: number
  /** Rotated files kept: `<path>.1` is the newest. */
  maxFiles: number
  loss: LineLoss
}

/**
 * A log file that rotates by rename when it is full, as logrotate does, so that an agent that follows the inode misses nothing.
 * Writes are synchronous (about 6 µs a line): a line is in the file when the log call returns, and a crash loses none.
 */
export class LogFile {
  #descriptor: number
  #sizeBytes: number
  #lost = 0
  #endsInHalfALine = false
  #lastRotationFailed = false
  readonly #options: LogFileOptions

  constructor(options: LogFileOptions) {
    this.#options = options
    mkdirSync(dirname(options.path), { recursive: true })
    this.#descriptor = openSync(options.path, 'a')
    this.#sizeBytes = fstatSync(this.#descriptor).size
  }

  /** A full disk must not take the shop down: the line is lost, counted, and told of by the next one that is written. */
  write(line: string): void {
    const { path, maxFileBytes, loss } = this.#options
    let written = 0
    try {
      const text = this.#lost === 0 ? line : `${loss.notice(this.#lost)}${line}`
      if (this.#sizeBytes > 0 && this.#sizeBytes + Buffer.byteLength(text) > maxFileBytes) this.#rotateOrGrow()
      const bytes = Buffer.from(this.#endsInHalfALine ? `\n${text}` : text)
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written)
      this.#endsInHalfALine = false
      this.#lost = 0
    } catch (error) {
      if (this.#lost === 0) standardError.write(`cannot write ${path}: ${String(error)}\n`)
      if (written > 0) this.#endsInHalfALine = true
      this.#lost++
      loss.onDropped()
    }
    this.#sizeBytes += written
  }

  /** A file that cannot be rotated grows: a line is worth more than the bound. Told once. */
  #rotateOrGrow(): void {
    try {
      this.#rotate()
      this.#lastRotationFailed = false
    } catch (error) {
      if (!this.#lastRotationFailed) standardError.write(`cannot rotate ${this.#options.path}: ${String(error)}\n`)
      this.#lastRotationFailed = true
    }
  }

  #rotate(): void {
    const { path, maxFiles } = this.#options
    // The next file exists before the oldest one goes: else it would often get that one's inode, and an agent that keeps
    // positions by inode would take it for a file it has read.
    const next = openSync(`${path}.next`, 'w')
    try {
      for (let number = maxFiles - 1; number >= 1; number--)
        renameIfPresent(`${path}.${number}`, `${path}.${number + 1}`)
      renameIfPresent(path, `${path}.1`)
      renameSync(`${path}.next`, path)
    } catch (error) {
      closeSync(next)
      throw error
    }
    closeSync(this.#descriptor)
    this.#descriptor = next
    this.#sizeBytes = 0
    this.#endsInHalfALine = false
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

function renameIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
