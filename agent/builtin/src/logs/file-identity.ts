// Which file a path is: device and inode, and the first bytes, because an inode number is used again after a delete and a
// file can be truncated and refilled to the same size between two looks.
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const FINGERPRINT_BYTES = 256

export interface Fingerprint {
  /** How many first bytes the hash covers. */
  readonly length: number
  readonly hash: string
}

export interface FileIdentity {
  readonly inode: string
  readonly fingerprint: Fingerprint
}

export const EMPTY_FINGERPRINT: Fingerprint = { length: 0, hash: '' }

export function inodeOf(stat: { readonly dev: number; readonly ino: number }): string {
  return `${stat.dev}:${stat.ino}`
}

function hashOfFirst(fd: number, length: number): string | undefined {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(fd, bytes, filled, length - filled, filled)
    if (count === 0) return undefined
    filled += count
  }
  return createHash('sha1').update(bytes).digest('hex').slice(0, 16)
}

/** The fingerprint of what the file holds now, over at most its first 256 bytes. */
export function fingerprintOf(fd: number): Fingerprint {
  const length = Math.min(FINGERPRINT_BYTES, fstatSync(fd).size)
  const hash = length === 0 ? '' : hashOfFirst(fd, length)
  return hash === undefined ? EMPTY_FINGERPRINT : { length, hash }
}

/** Whether the file still begins with the bytes the fingerprint was taken of. */
export function beginsWith(fd: number, fingerprint: Fingerprint): boolean {
  return fingerprint.length === 0 || hashOfFirst(fd, fingerprint.length) === fingerprint.hash
}

/** The fingerprint of a file that is not open, and whether it is one of `known`; undefined when the file has gone meanwhile. */
export function lookAt(
  path: string,
  known: readonly Fingerprint[],
): { fingerprint: Fingerprint; isKnown: boolean } | undefined {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return { fingerprint: fingerprintOf(fd), isKnown: known.some((one) => one.length > 0 && beginsWith(fd, one)) }
  } finally {
    closeSync(fd)
  }
}

export function isComplete(fingerprint: Fingerprint): boolean {
  return fingerprint.length >= FINGERPRINT_BYTES
}

/** `dev:ino length hash`, as the positions file keeps it. */
export function renderIdentity({ inode, fingerprint }: FileIdentity): string {
  return `${inode} ${fingerprint.length} ${fingerprint.hash}`
}

export function parseIdentity(text: string): FileIdentity | undefined {
  const match = /^(\d+:\d+) (\d+) ([0-9a-f]*)$/.exec(text)
  if (match === null) return undefined
  const [, inode = '', length, hash = ''] = match
  return { inode, fingerprint: { length: Number(length), hash } }
}
