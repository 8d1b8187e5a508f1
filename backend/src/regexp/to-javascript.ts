import type { CharRange, Node, SimplePattern } from './syntax-tree.ts'

/** The same pattern for JavaScript: `u` for code points, dots and classes spelled out, captures by number. */
export function toJavaScript(pattern: SimplePattern, options: { dotAll: boolean; anchored: boolean }): RegExp {
  const body = write(pattern.root, options.dotAll)
  return new RegExp(options.anchored ? `^(?:${body})$` : body, pattern.ignoreCase ? 'giu' : 'gu')
}

function write(node: Node, dotAll: boolean): string {
  switch (node.kind) {
    case 'char':
      return writeChar(node.codePoint)
    case 'class':
      return `[${node.negated ? '^' : ''}${node.ranges.map(writeRange).join('')}]`
    case 'any':
      return dotAll ? '[^]' : '[^\\n]'
    case 'assertion':
      return node.source
    case 'concat':
      return node.items
        .map((item) => (item.kind === 'alternation' ? `(?:${write(item, dotAll)})` : write(item, dotAll)))
        .join('')
    case 'alternation':
      return node.branches.map((branch) => write(branch, dotAll)).join('|')
    case 'group':
      return `${node.capturing ? '(' : '(?:'}${write(node.item, dotAll)})`
    case 'repeat':
      return `${write(node.item, dotAll)}${writeBounds(node.min, node.max)}${node.lazy ? '?' : ''}`
  }
}

function writeRange([low, high]: CharRange): string {
  return low === high ? writeChar(low) : `${writeChar(low)}-${writeChar(high)}`
}

function writeChar(codePoint: number): string {
  const text = String.fromCodePoint(codePoint)
  return /[A-Za-z0-9 ]/.test(text) ? text : `\\u{${codePoint.toString(16)}}`
}

function writeBounds(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`
}
