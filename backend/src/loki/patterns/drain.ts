// Drain (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017): lines of as many tokens and the same
// first tokens are kept in one leaf; a line joins the pattern of its leaf that it resembles most, and where the two differ the pattern
// has a placeholder from then on. Sizes and thresholds are those of Loki's pattern ingester, so that the same lines give the same patterns.
import type { LineTokens } from './line-tokens.ts'

export const placeholder = '<_>'

const maxDepth = 28
const maxChildren = 15
const minSimilarity = 0.3
const maxPatterns = 300
const minTokens = 4
export const maxTokens = 80
/** Above this share of patterns pushed out by newer ones, lines are too various to have patterns. */
const maxEvicted = 0.25

export interface Pattern {
  readonly tokens: string[]
  /** Blanks behind each token, as in the first line. */
  readonly blanks: readonly number[]
  /** Lines by the start of the interval they lie in. */
  readonly counts: Map<number, number>
}

interface Node {
  readonly children: Map<string, Node>
  patterns: number[]
}

export class Drain {
  readonly #byTokenCount = new Map<number, Node>()
  /** Least recently used first. */
  readonly #patterns = new Map<number, Pattern>()
  #created = 0
  #trained = 0
  #evicted = 0

  get patterns(): Iterable<Pattern> {
    return this.#patterns.values()
  }

  /** `undefined`: too short or too long to have a pattern. */
  train({ tokens, blanks }: LineTokens): Pattern | undefined {
    if (tokens.length < minTokens || tokens.length > maxTokens) return undefined
    if (this.#trained > 0 && this.#evicted / this.#trained > maxEvicted) return undefined
    this.#trained++
    const id = this.#find(tokens)
    const known = id === undefined ? undefined : this.#patterns.get(id)
    if (id === undefined || known === undefined) return this.#create(tokens, blanks)
    for (const [index, token] of tokens.entries()) {
      if (token !== known.tokens[index]) known.tokens[index] = placeholder
    }
    this.#patterns.delete(id)
    this.#patterns.set(id, known)
    return known
  }

  #create(tokens: readonly string[], blanks: readonly number[]): Pattern {
    const pattern: Pattern = { tokens: [...tokens], blanks: [...blanks], counts: new Map() }
    const id = this.#created++
    this.#patterns.set(id, pattern)
    if (this.#patterns.size > maxPatterns) {
      for (const oldest of this.#patterns.keys()) {
        this.#patterns.delete(oldest)
        break
      }
      this.#evicted++
    }
    const leaf = this.#leafFor(tokens)
    leaf.patterns = [...leaf.patterns.filter((each) => this.#patterns.has(each)), id]
    return pattern
  }

  #find(tokens: readonly string[]): number | undefined {
    let node = this.#byTokenCount.get(tokens.length)
    const depth = Math.min(maxDepth, tokens.length)
    for (let level = 1; level < depth && node !== undefined; level++) {
      node = node.children.get(tokens[level - 1] ?? '') ?? node.children.get(placeholder)
    }
    return node === undefined ? undefined : this.#mostSimilar(node.patterns, tokens)
  }

  #mostSimilar(candidates: readonly number[], tokens: readonly string[]): number | undefined {
    let best: number | undefined
    let [bestEqual, bestPlaceholders] = [-1, -1]
    for (const id of candidates) {
      const pattern = this.#patterns.get(id)
      if (pattern === undefined) continue
      let [equal, placeholders] = [0, 0]
      for (const [index, token] of pattern.tokens.entries()) {
        if (token === placeholder) placeholders++
        else if (token === tokens[index]) equal++
      }
      if (equal < bestEqual || (equal === bestEqual && placeholders <= bestPlaceholders)) continue
      ;[best, bestEqual, bestPlaceholders] = [id, equal, placeholders]
    }
    return bestEqual / tokens.length >= minSimilarity ? best : undefined
  }

  #leafFor(tokens: readonly string[]): Node {
    let node = this.#byTokenCount.get(tokens.length)
    if (node === undefined) this.#byTokenCount.set(tokens.length, (node = newNode()))
    const depth = Math.min(maxDepth, tokens.length)
    for (let level = 1; level < depth; level++) node = childFor(node, tokens[level - 1] ?? '')
    return node
  }
}

/** A token with a digit is likely to vary, and so is the one too many for a node: both go by the placeholder. */
function childFor({ children }: Node, token: string): Node {
  const known = children.get(token)
  if (known !== undefined) return known
  const room = children.has(placeholder) ? maxChildren : maxChildren - 1
  const key = /\p{N}/u.test(token) || children.size >= room ? placeholder : token
  const child = children.get(key) ?? newNode()
  children.set(key, child)
  return child
}

function newNode(): Node {
  return { children: new Map(), patterns: [] }
}
