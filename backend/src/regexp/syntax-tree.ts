/**
 * The part of RE2's syntax that means exactly the same to a JavaScript RegExp with the flag `u`, once it is written out as `to-javascript.ts`
 * does. Strict on purpose: `parseSimple` gives up (undefined) on anything it does not know for sure, and re2js takes over.
 */

export type Node =
  | { readonly kind: 'char'; readonly codePoint: number }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly CharRange[] }
  | { readonly kind: 'any' }
  | { readonly kind: 'assertion'; readonly source: '^' | '$' | '\\b' }
  | { readonly kind: 'concat'; readonly items: readonly Node[] }
  | { readonly kind: 'alternation'; readonly branches: readonly Node[] }
  | { readonly kind: 'group'; readonly capturing: boolean; readonly item: Node }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number; readonly lazy: boolean }

export type CharRange = readonly [low: number, high: number]

export interface SimplePattern {
  readonly root: Node
  readonly ignoreCase: boolean
  readonly dotAll: boolean
  /** Name by group index, '' for group 0 and unnamed groups. */
  readonly groupNames: readonly string[]
}

/** Thrown and caught in here only: the pattern leaves the subset. */
class OutsideSubset extends Error {}

const maxDepth = 50
const perlClasses: Readonly<Record<string, readonly CharRange[]>> = {
  d: [[0x30, 0x39]],
  // Neither vertical tab nor Unicode spaces, which JavaScript's \s has.
  s: [
    [0x09, 0x0a],
    [0x0c, 0x0d],
    [0x20, 0x20],
  ],
  w: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
}
const controlEscapes: Readonly<Record<string, number>> = { t: 9, n: 10, f: 12, r: 13, v: 11, a: 7 }

export function parseSimple(pattern: string): SimplePattern | undefined {
  const flags = /^\(\?([is]+)\)/.exec(pattern)
  const ignoreCase = flags?.[1]?.includes('i') ?? false
  try {
    const parser = new Parser(pattern, flags?.[0].length ?? 0, ignoreCase)
    return {
      root: parser.parse(),
      ignoreCase,
      dotAll: flags?.[1]?.includes('s') ?? false,
      groupNames: parser.groupNames,
    }
  } catch (error) {
    if (error instanceof OutsideSubset) return undefined
    throw error
  }
}

class Parser {
  readonly groupNames: string[] = ['']
  readonly #pattern: string
  readonly #ignoreCase: boolean
  #at: number
  #depth = 0

  constructor(pattern: string, start: number, ignoreCase: boolean) {
    this.#pattern = pattern
    this.#at = start
    this.#ignoreCase = ignoreCase
  }

  parse(): Node {
    const root = this.#alternation()
    if (this.#at < this.#pattern.length) throw new OutsideSubset()
    return root
  }

  #alternation(): Node {
    const branches = [this.#concat()]
    while (this.#take('|')) branches.push(this.#concat())
    return branches.length === 1 && branches[0] !== undefined ? branches[0] : { kind: 'alternation', branches }
  }

  #concat(): Node {
    const items: Node[] = []
    while (this.#at < this.#pattern.length && !this.#sees('|') && !this.#sees(')'))
      items.push(this.#repeat(this.#atom()))
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'concat', items }
  }

  #atom(): Node {
    if (this.#take('(')) return this.#group()
    if (this.#take('[')) return this.#class()
    if (this.#take('.')) return { kind: 'any' }
    if (this.#take('^')) return { kind: 'assertion', source: '^' }
    if (this.#take('$')) return { kind: 'assertion', source: '$' }
    if (this.#sees('*') || this.#sees('+') || this.#sees('?') || this.#sees('{')) throw new OutsideSubset()
    if (this.#take('\\')) return this.#escape()
    return this.#char(this.#next())
  }

  #group(): Node {
    let capturing = true
    if (this.#take('?:')) capturing = false
    else if (this.#sees('?')) this.groupNames.push(this.#groupName())
    else this.groupNames.push('')
    if (++this.#depth > maxDepth) throw new OutsideSubset()
    const item = this.#alternation()
    this.#depth--
    if (!this.#take(')')) throw new OutsideSubset()
    return { kind: 'group', capturing, item }
  }

  #groupName(): string {
    const name = /^\?P?<(\w+)>/.exec(this.#pattern.slice(this.#at, this.#at + 100))
    if (name?.[1] === undefined || this.groupNames.includes(name[1])) throw new OutsideSubset()
    this.#at += name[0].length
    return name[1]
  }

  #repeat(item: Node): Node {
    const bounds = this.#bounds()
    if (bounds === undefined) return item
    const lazy = this.#take('?')
    if (this.#sees('*') || this.#sees('+') || this.#sees('?') || this.#sees('{')) throw new OutsideSubset()
    const [min, max] = bounds
    if (!canRepeat(item, max)) throw new OutsideSubset()
    return { kind: 'repeat', item, min, max, lazy }
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    if (!this.#sees('{')) return undefined
    const counts = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 12))
    if (counts?.[1] === undefined) throw new OutsideSubset()
    this.#at += counts[0].length
    const min = Number(counts[1])
    const max = counts[2] === undefined ? min : counts[3] === '' ? Infinity : Number(counts[3])
    // RE2 refuses counts above 1000; {0} and {0,0} drop their operand, captures and all.
    if (min > 1000 || (max > 1000 && max !== Infinity) || max < min || max === 0) throw new OutsideSubset()
    return [min, max]
  }

  #class(): Node {
    const negated = this.#take('^')
    if (negated && this.#ignoreCase) throw new OutsideSubset()
    const ranges: CharRange[] = []
    while (!this.#take(']')) {
      if (this.#sees('[')) throw new OutsideSubset()
      const low = this.#classItem()
      if (typeof low !== 'number') {
        ranges.push(...low)
        if (this.#sees('-') && !this.#sees('-]')) throw new OutsideSubset()
      } else if (this.#sees('-') && !this.#sees('-]')) {
        this.#at++
        const high = this.#classItem()
        if (typeof high !== 'number' || high < low) throw new OutsideSubset()
        ranges.push([low, high])
      } else {
        ranges.push([low, low])
      }
    }
    // Beyond ASCII the folding tables may be of different Unicode versions.
    if (ranges.length === 0 || (this.#ignoreCase && ranges.some(([, high]) => high > 0x7f))) throw new OutsideSubset()
    return { kind: 'class', negated, ranges }
  }

  #classItem(): number | readonly CharRange[] {
    if (!this.#take('\\')) return this.#next()
    const escape = this.#escape()
    if (escape.kind === 'char') return escape.codePoint
    if (escape.kind === 'class' && !escape.negated) return escape.ranges
    throw new OutsideSubset()
  }

  #escape(): Node {
    const codePoint = this.#next()
    const letter = String.fromCodePoint(codePoint)
    const perlClass = perlClasses[letter.toLowerCase()]
    if (perlClass !== undefined) {
      // With (?i) both sides fold \w over long s and Kelvin sign, each in its own way when negated.
      if (this.#ignoreCase && letter !== 'd') throw new OutsideSubset()
      return { kind: 'class', negated: letter !== letter.toLowerCase(), ranges: perlClass }
    }
    // \B stays with re2js: V8 finds it within a surrogate pair.
    if (letter === 'b' && !this.#ignoreCase) return { kind: 'assertion', source: '\\b' }
    const control = controlEscapes[letter]
    if (control !== undefined) return { kind: 'char', codePoint: control }
    if (codePoint < 0x80 && !/\w/.test(letter)) return this.#char(codePoint)
    throw new OutsideSubset()
  }

  #char(codePoint: number): Node {
    if (this.#ignoreCase && codePoint > 0x7f) throw new OutsideSubset()
    return { kind: 'char', codePoint }
  }

  #next(): number {
    const codePoint = this.#pattern.codePointAt(this.#at)
    // A lone surrogate is no character to RE2.
    if (codePoint === undefined || (codePoint >= 0xd800 && codePoint <= 0xdfff)) throw new OutsideSubset()
    this.#at += codePoint > 0xffff ? 2 : 1
    return codePoint
  }

  #sees(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at)
  }

  #take(text: string): boolean {
    if (!this.#sees(text)) return false
    this.#at += text.length
    return true
  }
}

/**
 * Where the two differ about repetition: RE2 keeps a capture of an earlier round, JavaScript forgets it; and they leave an empty round
 * differently. A repeated group may therefore capture only when there is one round at most, and may not match the empty text.
 */
function canRepeat(item: Node, max: number): boolean {
  if (item.kind === 'assertion' || item.kind === 'repeat') return false
  return !isNullable(item) && (max === 1 || !captures(item))
}

function isNullable(node: Node): boolean {
  switch (node.kind) {
    case 'assertion':
      return true
    case 'concat':
      return node.items.every(isNullable)
    case 'alternation':
      return node.branches.some(isNullable)
    case 'group':
      return isNullable(node.item)
    case 'repeat':
      return node.min === 0 || isNullable(node.item)
    case 'char':
    case 'class':
    case 'any':
      return false
  }
}

function captures(node: Node): boolean {
  switch (node.kind) {
    case 'group':
      return node.capturing || captures(node.item)
    case 'concat':
      return node.items.some(captures)
    case 'alternation':
      return node.branches.some(captures)
    case 'repeat':
      return captures(node.item)
    case 'assertion':
    case 'char':
    case 'class':
    case 'any':
      return false
  }
}
