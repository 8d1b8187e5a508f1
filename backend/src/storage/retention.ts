import type { StoredBlock } from './signal-codec.ts'
import type { TenantStoreOptions } from './store-options.ts'

/** Whole blocks whose newest row arrived too long ago; then, oldest first over all tenants, as many as the size bound asks for. */
export function expiredBlocks<Index>(
  tenants: readonly { readonly blocks: readonly StoredBlock<Index>[] }[],
  totalBytes: number,
  { maxAgeMs, maxBytes }: TenantStoreOptions['retention'],
  now: number,
): Set<StoredBlock<Index>> {
  const oldestFirst = tenants.flatMap(({ blocks }) => blocks).sort((a, b) => a.newestReceivedMs - b.newestReceivedMs)
  const expired = new Set<StoredBlock<Index>>()
  let keptBytes = totalBytes
  for (const block of oldestFirst) {
    if (block.newestReceivedMs >= now - maxAgeMs && keptBytes <= maxBytes) break
    expired.add(block)
    keptBytes -= block.sizeBytes
  }
  return expired
}
