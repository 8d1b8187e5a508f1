// How many compilers run at a time. Each uses every core except while it links; linking Loki took 3 GB.
import { totalmem } from 'node:os'

const BYTES_PER_BUILD = 6 * 2 ** 30

let free = Math.max(1, Math.min(2, Math.floor(totalmem() / BYTES_PER_BUILD)))
const waiting: (() => void)[] = []

export async function inBuildSlot<T>(build: () => Promise<T>): Promise<T> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
  else free--
  try {
    return await build()
  } finally {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
}
