import zlib from 'node:zlib'
import type { JournalDatabase } from './journal-database.ts'
import type { SectionReader } from './signal-codec.ts'
import { StorageError } from './storage-error.ts'

/** Sections of one block, decompressed when asked for. The reader keeps none: the opened block decides what it holds on to. */
export function readSections(db: JournalDatabase, blockId: number, charge: (sizeBytes: number) => void): SectionReader {
  return {
    read(ordinal) {
      const compressed = db.readSection(blockId, ordinal)
      if (compressed === undefined) {
        throw new StorageError(
          'STORAGE_BLOCK_GONE',
          `block ${blockId} was removed by retention while it was being read`,
        )
      }
      const section = decompress(compressed, blockId, ordinal, db.where)
      charge(section.length)
      return section
    },
    charge,
  }
}

function decompress(compressed: Uint8Array, blockId: number, ordinal: number, where: string): Uint8Array {
  try {
    return zlib.zstdDecompressSync(compressed)
  } catch (cause) {
    throw new StorageError('STORAGE_CORRUPT', `${where}: section ${ordinal} of block ${blockId} is corrupted`, cause)
  }
}
