/** What a pattern comes down to when it is made of texts and `.*` only: then `indexOf` and `Set` answer, without any matcher. */
import type { Node } from './syntax-tree.ts'

/** Products like `(a|b)(c|d)` are multiplied out up to this many texts; a plain alternation may be longer. */
const maxProduct = 1_000
const maxTexts = 100_000

/** All texts the pattern matches, if they are finitely many. */
export function finiteTexts(node: Node): readonly string[] | undefined {
  switch (node.kind) {
    case 'char':
      return [String.fromCodePoint(node.codePoint)]
    case 'class':
      return classTexts(node)
    case 'group':
      return finiteTexts(node.item)
    case 'alternation':
      return unionOf(node.branches)
    case 'concat':
      return productOf(node.items)
    case 'repeat': {
      if (node.max !== 1) return undefined
      const texts = finiteTexts(node.item)
      return texts === undefined || node.min === 1 ? texts : [...texts, '']
    }
    case 'any':
    case 'assertion':
      return undefined
  }
}

function classTexts({ negated, ranges }: Node & { kind: 'class' }): readonly string[] | undefined {
  const size = ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0)
  if (negated || size > 32) return undefined
  return ranges.flatMap(([low, high]) =>
    Array.from({ length: high - low + 1 }, (_, step) => String.fromCodePoint(low + step)),
  )
}

function unionOf(branches: readonly Node[]): readonly string[] | undefined {
  const texts: string[] = []
  for (const branch of branches) {
    const more = finiteTexts(branch)
    if (more === undefined || texts.length + more.length > maxTexts) return undefined
    for (const text of more) texts.push(text)
  }
  return [...new Set(texts)]
}

function productOf(items: readonly Node[]): readonly string[] | undefined {
  let texts: readonly string[] = ['']
  for (const item of items) {
    const tails = finiteTexts(item)
    if (tails === undefined || (tails.length > 1 && texts.length * tails.length > maxProduct)) return undefined
    texts = texts.flatMap((head) => tails.map((tail) => head + tail))
  }
  return texts
}

/** Texts with gaps before, between and after them. A gap takes any `min` characters or more; `undefined` = no gap, the text follows at once. */
export interface Glob {
  readonly pieces: readonly { readonly gap: number | undefined; readonly text: string }[]
  readonly lastGap: number | undefined
}

/** The pattern as a glob, when it consists of characters, `.*`, `.+` and outer `^` `$`. Dots have to match newlines, or there must be none in the text. */
export function asGlob(root: Node, anchored: boolean): Glob | undefined {
  const items = flatten(root)
  const startsAnchored = anchored || isAssertion(items[0], '^')
  const endsAnchored = anchored || (items.length > 0 && isAssertion(items.at(-1), '$'))
  if (isAssertion(items[0], '^')) items.shift()
  if (isAssertion(items.at(-1), '$')) items.pop()
  const pieces: { gap: number | undefined; text: string }[] = []
  let gap: number | undefined = startsAnchored ? undefined : 0
  let text = ''
  for (const item of items) {
    if (item.kind === 'char') {
      text += String.fromCodePoint(item.codePoint)
    } else if (item.kind === 'repeat' && item.item.kind === 'any' && item.max === Infinity && item.min <= 1) {
      if (text !== '') {
        pieces.push({ gap, text })
        text = ''
        gap = undefined
      }
      gap = (gap ?? 0) + item.min
      // One code point is at least one UTF-16 unit; more than one cannot be counted in units.
      if (gap > 1) return undefined
    } else {
      return undefined
    }
  }
  if (text !== '' || (gap === undefined && pieces.length === 0)) {
    pieces.push({ gap, text })
    gap = undefined
  }
  return { pieces, lastGap: endsAnchored ? gap : (gap ?? 0) }
}

function flatten(node: Node): Node[] {
  if (node.kind === 'concat') return node.items.flatMap(flatten)
  if (node.kind === 'group' && node.item.kind !== 'alternation') return flatten(node.item)
  return [node]
}

function isAssertion(node: Node | undefined, source: '^' | '$'): boolean {
  return node?.kind === 'assertion' && node.source === source
}

export function matchesGlob(glob: Glob, text: string): boolean {
  const { pieces, lastGap } = glob
  let at = 0
  for (const [position, piece] of pieces.entries()) {
    const isLast = position === pieces.length - 1 && lastGap === undefined
    const from = at + (piece.gap ?? 0)
    const found = isLast ? text.length - piece.text.length : text.indexOf(piece.text, from)
    if (found < from || (piece.gap === undefined && found !== at) || !text.startsWith(piece.text, found)) return false
    at = found + piece.text.length
  }
  return lastGap === undefined ? at === text.length : text.length - at >= lastGap
}
