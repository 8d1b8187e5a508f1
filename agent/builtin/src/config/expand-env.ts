// ${VAR} as Grafana Agent's -config.expand-env does it: drone/envsubst over the whole text, before YAML is read,
// with ${1} left alone so that regular expressions' group references survive. https://github.com/drone/envsubst

export class ExpandEnvError extends Error {}

type Lookup = (name: string) => string | undefined

const NAME = /^[\p{L}\p{Nd}_]+/u

/** Converts a shell glob (`*`, `?`) to an anchored-at-need regular expression source. */
const globSource = (glob: string, isGreedy: boolean): string =>
  Array.from(glob)
    .map((c) =>
      c === '*' ? (isGreedy ? '[^]*' : '[^]*?') : c === '?' ? '[^]' : c.replace(/[\\^$.|+()[\]{}]/g, '\\$&'),
    )
    .join('')

function removeSuffix(value: string, glob: string, isLongest: boolean): string {
  const whole = new RegExp(`^(?:${globSource(glob, true)})$`)
  const starts = Array.from({ length: value.length + 1 }, (_, i) => i)
  const start = (isLongest ? starts : starts.toReversed()).find((i) => whole.test(value.slice(i)))
  return start === undefined ? value : value.slice(0, start)
}

function removePrefix(value: string, glob: string, isLongest: boolean): string {
  return value.replace(new RegExp(`^(?:${globSource(glob, isLongest)})`), '')
}

function operate(value: string | undefined, operation: string): string | undefined {
  const given = value ?? ''
  if (operation === '') return given
  const fallback = /^(:-|:=|=|-)([^]*)$/.exec(operation)
  if (fallback !== null) return given === '' ? (fallback[2] ?? '') : given
  const slice = /^:(\d+)(?::(\d+))?$/.exec(operation)
  if (slice !== null) {
    const start = Number(slice[1])
    return slice[2] === undefined ? given.slice(start) : given.slice(start, start + Number(slice[2]))
  }
  const cut = /^(##?|%%?)([^]+)$/.exec(operation)
  if (cut !== null) {
    const [, sign = '', glob = ''] = cut
    return sign.startsWith('#')
      ? removePrefix(given, glob, sign.length === 2)
      : removeSuffix(given, glob, sign.length === 2)
  }
  const replace = /^\/(\/?)([^/]+)(?:\/([^]*))?$/.exec(operation)
  if (replace !== null) {
    const [, all, from = '', to = ''] = replace
    return all === '/' ? given.replaceAll(from, () => to) : given.replace(from, () => to)
  }
  switch (operation) {
    case ',,':
      return given.toLowerCase()
    case '^^':
      return given.toUpperCase()
    case ',':
      return given.slice(0, 1).toLowerCase() + given.slice(1)
    case '^':
      return given.slice(0, 1).toUpperCase() + given.slice(1)
    default:
      return undefined
  }
}

/** Index of the brace that closes the one opened just before `start`, or -1. */
function closingBrace(text: string, start: number): number {
  let depth = 1
  for (let i = start; i < text.length; i++) {
    if (text.startsWith('${', i)) depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return -1
}

/** Replaces every `${…}`. Throws ExpandEnvError naming line and construct for what envsubst would refuse. */
export function expandEnv(text: string, lookup: Lookup): string {
  let out = ''
  let i = 0
  while (i < text.length) {
    const dollar = text.indexOf('$', i)
    if (dollar < 0) return out + text.slice(i)
    out += text.slice(i, dollar)
    i = dollar
    if (text.startsWith('$$', i)) {
      out += '$'
      i += 2
      continue
    }
    if (!text.startsWith('${', i)) {
      out += '$'
      i += 1
      continue
    }
    const end = closingBrace(text, i + 2)
    const line = text.slice(0, i).split('\n').length
    if (end < 0) throw new ExpandEnvError(`line ${line}: "\${" is never closed`)
    const inside = text.slice(i + 2, end)
    i = end + 1
    if (/^\d+(\D|$)/.test(inside)) {
      out += `\${${/^\d+/.exec(inside)?.[0]}}`
      continue
    }
    const isLength = inside.startsWith('#')
    const body = isLength ? inside.slice(1) : inside
    const name = NAME.exec(body)?.[0]
    if (name === undefined) throw new ExpandEnvError(`line ${line}: "\${${inside}}": expected a variable name`)
    const operation = expandEnv(body.slice(name.length), lookup)
    const result = isLength ? String((lookup(name) ?? '').length) : operate(lookup(name), operation)
    if (result === undefined) {
      throw new ExpandEnvError(
        `line ${line}: "\${${inside}}": expected \${VAR}, \${VAR:-default} or another form of drone/envsubst`,
      )
    }
    out += result
  }
  return out
}
