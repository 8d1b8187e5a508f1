export type StorageFault =
  | 'STORAGE_FULL'
  | 'STORAGE_READ_ONLY'
  | 'STORAGE_IN_USE'
  | 'STORAGE_NEWER_VERSION'
  | 'STORAGE_CORRUPT'
  | 'STORAGE_BLOCK_GONE'
  | 'STORAGE_CLOSED'
  | 'STORAGE_FAILED'

/** Anything the store cannot do. Nothing was stored when a write throws it. */
export class StorageError extends Error {
  override name = 'StorageError'
  readonly code: StorageFault

  constructor(code: StorageFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
