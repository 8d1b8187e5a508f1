import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SortedWindow } from './sorted-window.ts'

test('a window that slides holds what a sort of it gives, repeated values, NaN and infinities too', () => {
  let state = 7
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const special = [NaN, Infinity, -Infinity, 0, 3, 3]
  const values = Float64Array.from({ length: 4_000 }, () =>
    random() < 0.2 ? (special[Math.floor(random() * special.length)] ?? 0) : Math.floor(random() * 50),
  )
  const window = new SortedWindow(values)
  let [from, to] = [0, 0]
  while (to < values.length) {
    to = Math.min(values.length, to + Math.floor(random() * (random() < 0.05 ? 300 : 6)))
    from = Math.max(from, Math.min(to, to - 40 - Math.floor(random() * 60)))
    assert.deepEqual([...window.slide(from, to)], [...values.subarray(from, to)].sort(numbersThenNaN))
  }
})

function numbersThenNaN(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a === b ? 0 : a - b
}
