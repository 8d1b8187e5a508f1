/** Run as a process by the crash tests: appends numbered lines as fast as it can and prints each number once it is acknowledged. */
import { writeSync } from 'node:fs'
import { lineCodec, linesRequest } from './line-codec.fixture.ts'
import { StorageError } from './storage-error.ts'
import { TenantStore } from './tenant-store.ts'

const [path, padding] = process.argv.slice(2)
const store = TenantStore.open(lineCodec, { path, sealRows: 500 })
let next = store.listTenants().reduce((sum, tenant) => sum + tenant.headRows + tenant.blockRows, 0)
try {
  for (;;) {
    const numbers = [next++, next++, next++]
    await Promise.all(
      numbers.map(async (number) => {
        await store.append(`tenant-${number % 3}`, linesRequest([`${number} ${'x'.repeat(Number(padding ?? 0))}`]))
        writeSync(1, `${number}\n`)
      }),
    )
  }
} catch (error) {
  if (!(error instanceof StorageError)) throw error
  writeSync(2, `${error.code}: ${error.message}\n`)
  process.exit(3)
}
