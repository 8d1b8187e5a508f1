// Last lines of a file, and following several files at once, across rotation. Bytes are cut at line ends before they
// become text: a read may end within a character.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const CHUNK_BYTES = 64 * 1024
const FOLLOW_POLL_MS = 200
const NEWLINE = 0x0a

/** Read from the end: a log file may be large, and only its tail is wanted. */
export function lastLines(path: string, count: number, fromByte = 0): string[] {
  const chunks: Buffer[] = []
  let newlines = 0
  let from = statSync(path).size
  while (from > fromByte && newlines <= count) {
    const start = Math.max(fromByte, from - CHUNK_BYTES)
    const chunk = readRange(path, start, from - start)
    chunks.unshift(chunk)
    newlines += chunk.filter((byte) => byte === NEWLINE).length
    from = start
  }
  const lines = Buffer.concat(chunks).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return count === 0 ? [] : lines.slice(-count)
}

export interface FollowedFile {
  name: string
  path: string
  fromByte: number
}

export async function followLines(
  files: FollowedFile[],
  signal: AbortSignal,
  onLine: (name: string, line: string) => void,
): Promise<void> {
  const positions = files.map((file) => ({ ...file }))
  while (!signal.aborted) {
    for (const file of positions) {
      const size = existsSync(file.path) ? statSync(file.path).size : 0
      // Rotated or truncated: the new file is read from its beginning.
      if (size < file.fromByte) file.fromByte = 0
      const bytes = readRange(file.path, file.fromByte, size - file.fromByte)
      const whole = bytes.lastIndexOf(NEWLINE) + 1
      if (whole === 0) continue
      file.fromByte += whole
      const text = bytes.toString('utf8', 0, whole - 1)
      for (const line of text.split('\n')) onLine(file.name, line)
    }
    await sleep(FOLLOW_POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

function readRange(path: string, start: number, length: number): Buffer {
  if (length <= 0) return Buffer.alloc(0)
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(fd, buffer, 0, length, start))
  } finally {
    closeSync(fd)
  }
}
