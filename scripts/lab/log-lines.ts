// Last lines of a file, and following several files at once, across rotation.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const CHUNK_BYTES = 64 * 1024
const FOLLOW_POLL_MS = 200

/** Read from the end: a log file may be large, and only its tail is wanted. */
export function lastLines(path: string, count: number): string[] {
  const size = statSync(path).size
  let text = ''
  let from = size
  while (from > 0 && text.split('\n').length <= count + 1) {
    const start = Math.max(0, from - CHUNK_BYTES)
    text = readRange(path, start, from - start) + text
    from = start
  }
  const lines = text.split('\n')
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
  const positions = files.map((file) => ({ ...file, rest: '' }))
  while (!signal.aborted) {
    for (const file of positions) {
      const size = existsSync(file.path) ? statSync(file.path).size : 0
      // Rotated or truncated: the new file is read from its beginning.
      if (size < file.fromByte) file.fromByte = 0
      if (size === file.fromByte) continue
      const lines = (file.rest + readRange(file.path, file.fromByte, size - file.fromByte)).split('\n')
      file.fromByte = size
      file.rest = lines.pop() ?? ''
      for (const line of lines) onLine(file.name, line)
    }
    await sleep(FOLLOW_POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

function readRange(path: string, start: number, length: number): string {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(fd, buffer, 0, length, start)).toString('utf8')
  } finally {
    closeSync(fd)
  }
}
