import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface LogFileOptions {
  path: string
  maxFileBytes: number
  /** Rotated files kept: `<path>.1` is the newest. */
  maxFiles: number
}

/**
 * A log file that rotates by rename when it is full, as logrotate does, so that an agent that follows the inode misses nothing.
 * Writes are synchronous (about 6 µs a line): a line is in the file when the log call returns, and a crash loses none.
 */
export class LogFile {
  #descriptor: number
  #sizeBytes: number
  #lastWriteFailed = false
  #lastRotationFailed = false
  readonly #options: LogFileOptions

  constructor(options: LogFileOptions) {
    this.#options = options
    mkdirSync(dirname(options.path), { recursive: true })
    this.#descriptor = openSync(options.path, 'a')
    this.#sizeBytes = fstatSync(this.#descriptor).size
  }

  write(line: string): void {
    try {
      const bytes = Buffer.from(this.#lastWriteFailed ? `\n${line}` : line)
      if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#options.maxFileBytes) this.#rotateOrGrow()
      let written = 0
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written)
      this.#sizeBytes += bytes.length
      this.#lastWriteFailed = false
    } catch (error) {
      // A full disk must not take the shop down. The loss is told once, and half a line is ended before the next one.
      if (!this.#lastWriteFailed) process.stderr.write(`cannot write ${this.#options.path}: ${String(error)}\n`)
      this.#lastWriteFailed = true
    }
  }

  /** A file that cannot be rotated grows: a line is worth more than the bound. Told once. */
  #rotateOrGrow(): void {
    try {
      this.#rotate()
      this.#lastRotationFailed = false
    } catch (error) {
      if (!this.#lastRotationFailed) process.stderr.write(`cannot rotate ${this.#options.path}: ${String(error)}\n`)
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
