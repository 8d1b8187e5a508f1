// The seeded chance a plan is made with, and the requests it deals out.
import { createHash } from 'node:crypto'
import type { Call } from './definition.ts'

/** Sold by hundreds: no plan empties a shelf. */
const SKUS = ['mug', 't-shirt', 'sticker', 'notebook'] as const

export interface Dice {
  /** Two customers who exchange the same two products, each the other way round; `hit` is what becomes of the one whose own comes first by name. */
  opposites(hit: { status: number }): Call[]
  /** An integer, both ends included. */
  between(low: number, high: number): number
  pick<T>(items: readonly T[]): T
  shuffle<T>(items: readonly T[]): T[]
  /** Checkouts of one or two units; `hit` says what the fault makes of each: the status it is answered with. */
  checkouts(count: number, hit?: { status: number }): Call[]
  /** Customers who look at a page. */
  views(count: number, path: string, hit?: { status: number }): Call[]
}

/** The same seed rolls the same numbers, on any machine. */
export function createDice(seed: string): Dice {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0)
  // mulberry32: 32 bits of state are plenty for some hundred rolls.
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const dice: Dice = {
    between: (low, high) => low + Math.floor(roll() * (high - low + 1)),
    pick: (items) => {
      const item = items[dice.between(0, items.length - 1)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
    shuffle: (items) => {
      const left = [...items]
      return items.map(() => left.splice(dice.between(0, left.length - 1), 1)).flat()
    },
    checkouts: (count, hit) =>
      Array.from({ length: count }, () => ({
        method: 'POST',
        path: '/checkout',
        body: { sku: dice.pick(SKUS), quantity: dice.between(1, 2) },
        status: hit?.status ?? 201,
        hit: hit !== undefined,
      })),
    opposites: (hit) => {
      const [first, second] = dice.shuffle(SKUS).slice(0, 2).toSorted()
      const call = (give: string | undefined, take: string | undefined) => ({
        method: 'POST' as const,
        path: '/exchanges',
        body: { give, take },
      })
      return dice.shuffle([
        { ...call(first, second), status: hit.status, hit: true },
        { ...call(second, first), status: 201, hit: false },
      ])
    },
    views: (count, path, hit) =>
      Array.from({ length: count }, () => ({
        method: 'GET',
        path,
        status: hit?.status ?? 200,
        hit: hit !== undefined,
      })),
  }
  return dice
}
