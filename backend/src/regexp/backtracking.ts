/**
 * How long a text a backtracking matcher may be given: an upper bound of the paths it can take, `factor * n ** degree` for a text of length
 * n, counted from the choices in the pattern. Where the bound is above the budget, re2js (linear in n) matches instead.
 */
import type { Node } from './syntax-tree.ts'

interface Paths {
  readonly factor: number
  readonly degree: number
}

/** Steps of V8's matcher, 2 to 5 ns each: the slowest match takes about 100 ms. */
const budget = 20_000_000
const one: Paths = { factor: 1, degree: 0 }
const never: Paths = { factor: Infinity, degree: 0 }

/** Longest text (UTF-16 units) that a backtracking matcher gets through within the budget. */
export function longestSafeText(root: Node, options: { anchored: boolean }): number {
  const paths = countPaths(root)
  // Every round of a loop is one of its choices, so paths count its steps too; an unanchored search may begin anywhere.
  const degree = paths.degree + (options.anchored ? 0 : 1)
  return Math.floor((budget / (paths.factor * countNodes(root))) ** (1 / degree))
}

function countPaths(node: Node): Paths {
  switch (node.kind) {
    case 'char':
    case 'class':
    case 'any':
    case 'assertion':
      return one
    case 'group':
      return countPaths(node.item)
    case 'concat':
      return node.items.map(countPaths).reduce(times, one)
    case 'alternation':
      return node.branches.map(countPaths).reduce(plus, { factor: 0, degree: 0 })
    case 'repeat':
      return countRepeat(node.item, node.min, node.max)
  }
}

function countRepeat(item: Node, min: number, max: number): Paths {
  const inner = countPaths(item)
  if (max === 1) return min === 1 ? inner : plus(inner, one)
  // More than one way through a round that repeats multiplies with each round: exponential.
  if (inner.degree > 0 || inner.factor > 1) return never
  return max === Infinity ? { factor: 1, degree: 1 } : { factor: max - min + 1, degree: 0 }
}

function times(a: Paths, b: Paths): Paths {
  return { factor: a.factor * b.factor, degree: a.degree + b.degree }
}

function plus(a: Paths, b: Paths): Paths {
  return { factor: a.factor + b.factor, degree: Math.max(a.degree, b.degree) }
}

function countNodes(node: Node): number {
  switch (node.kind) {
    case 'group':
      return 1 + countNodes(node.item)
    case 'concat':
      return node.items.reduce((sum, item) => sum + countNodes(item), 1)
    case 'alternation':
      return node.branches.reduce((sum, branch) => sum + countNodes(branch), 1)
    case 'repeat':
      return node.max === Infinity
        ? 1 + countNodes(node.item) * Math.max(1, node.min)
        : 1 + countNodes(node.item) * node.max
    case 'char':
    case 'class':
    case 'any':
    case 'assertion':
      return 1
  }
}
