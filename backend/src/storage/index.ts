export { ByteStrings, ColumnReader, ColumnWriter } from './column-frame.ts'
export type { HeadStats, SealedPart, SectionReader, SignalCodec, StoredBlock } from './signal-codec.ts'
export { StorageError, type StorageFault } from './storage-error.ts'
export { StringTable } from './string-table.ts'
export {
  TenantStore,
  type AppendRequest,
  type Selection,
  type TenantAdministration,
  type TenantSummary,
} from './tenant-store.ts'
export type { TenantStoreOptions } from './store-options.ts'
