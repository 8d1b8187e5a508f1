import { StorageError, type StorageFault } from './storage-error.ts'

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that a user can do something about. */
const faults: Readonly<Record<number, readonly [StorageFault, string]>> = {
  5: ['STORAGE_IN_USE', 'is in use by another process; stop it, or choose another folder'],
  6: ['STORAGE_IN_USE', 'is in use by another process; stop it, or choose another folder'],
  8: ['STORAGE_READ_ONLY', 'cannot be written: the file or its folder is read-only'],
  10: ['STORAGE_FAILED', 'cannot be read or written: the disk reports an error'],
  11: ['STORAGE_CORRUPT', 'is corrupted; remove the folder to start empty'],
  13: ['STORAGE_FULL', 'cannot grow: no space left on the disk'],
  14: ['STORAGE_READ_ONLY', 'cannot be opened or created; check that its folder can be written'],
  26: ['STORAGE_CORRUPT', 'is not a database, or its beginning is corrupted; remove the folder to start empty'],
}

const systemFaults: Readonly<Record<string, readonly [StorageFault, string]>> = {
  EACCES: ['STORAGE_READ_ONLY', 'cannot be written by this user'],
  EPERM: ['STORAGE_READ_ONLY', 'cannot be written by this user'],
  EROFS: ['STORAGE_READ_ONLY', 'is on a read-only file system'],
  ENOSPC: ['STORAGE_FULL', 'cannot be created: no space left on the disk'],
  ENOTDIR: ['STORAGE_READ_ONLY', 'cannot be created: a part of its path is a file'],
  EEXIST: ['STORAGE_READ_ONLY', 'cannot be created: a part of its path is a file'],
}

/** Any error of `node:sqlite` or of the file system around it, as a `StorageError` that names the file. */
export function storageErrorOf(cause: unknown, where: string): unknown {
  if (cause instanceof StorageError || !(cause instanceof Error)) return cause
  const text = cause.message
  if ('errcode' in cause && typeof cause.errcode === 'number') {
    const [code, reason] = faults[cause.errcode & 0xff] ?? ['STORAGE_FAILED', 'failed']
    return new StorageError(code, `${where} ${reason} (SQLite: ${text})`, cause)
  }
  if ('code' in cause && cause.code === 'ERR_INVALID_STATE')
    return new StorageError('STORAGE_CLOSED', `${where} is closed`, cause)
  const system = 'code' in cause && typeof cause.code === 'string' ? systemFaults[cause.code] : undefined
  if (system !== undefined) return new StorageError(system[0], `${where} ${system[1]} (${text})`, cause)
  return cause
}
