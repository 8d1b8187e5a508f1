import { compileRegexp } from '../../../regexp/index.ts'
import { quoteGoString } from '../syntax/go-string.ts'
import { asInteger, asString } from './conversion.ts'
import type { TemplateFunction } from './functions.ts'
import { fromJson } from './json-value.ts'
import { formatPrintf } from './printf.ts'
import { isTrue, printValue, type Value } from './value.ts'

const maxRepeated = 1_000_000

function of(arity: number, call: (...args: string[]) => Value): TemplateFunction {
  return { least: arity, most: arity, call: (...args) => call(...args.map(asString)) }
}

function withCount(call: (count: number, text: string) => Value): TemplateFunction {
  return { least: 2, most: 2, call: (count, text) => call(Number(asInteger(count)), asString(text)) }
}

/** Characters of a set taken off the ends, as Go's `strings.Trim`. */
function trimSet(text: string, set: string, { left = true, right = true } = {}): string {
  const characters = Array.from(text)
  let from = 0
  let to = characters.length
  while (left && from < to && set.includes(characters[from] ?? '')) from++
  while (right && to > from && set.includes(characters[to - 1] ?? '')) to--
  return characters.slice(from, to).join('')
}

function trimPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}

function trimSuffix(text: string, suffix: string): string {
  return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text
}

function replaceLimited(text: string, from: string, to: string, limit: number): string {
  if (limit < 0) return text.split(from).join(to)
  const parts = from === '' ? Array.from(text) : text.split(from)
  const head = parts.slice(0, limit + 1).join(to)
  return parts.length > limit + 1 ? [head, ...parts.slice(limit + 1)].join(from) : head
}

/** Bytes, as Go slices strings; a cut character shows as U+FFFD. */
function slice(text: string, from: number, to: number): string {
  const bytes = Buffer.from(text)
  if (from > to || to > bytes.length) {
    throw new Error(`runtime error: slice bounds out of range [${from > to ? `${from}:${to}` : `:${to}`}]`)
  }
  return bytes.subarray(from, to).toString()
}

function substring(from: number, to: number, text: string): string {
  const length = Buffer.byteLength(text)
  if (from < 0) return slice(text, 0, to)
  return slice(text, from, to < 0 || to > length ? length : to)
}

function truncate(count: number, text: string): string {
  const length = Buffer.byteLength(text)
  if (count < 0 && length + count > 0) return slice(text, length + count, length)
  return count >= 0 && length > count ? slice(text, 0, count) : text
}

function align(count: number, text: string, side: 'left' | 'right'): string {
  const characters = Array.from(text)
  if (count < 0 || count === characters.length) return text
  if (count > maxRepeated) throw new Error(`alignment to ${count} is too long`)
  const padding = ' '.repeat(Math.max(0, count - characters.length))
  if (side === 'left') return padding === '' ? characters.slice(0, count).join('') : text + padding
  return padding === '' ? characters.slice(characters.length - count).join('') : padding + text
}

function repeat(text: string, count: number): string {
  if (count < 0) throw new Error('strings: negative Repeat count')
  if (text.length * count > maxRepeated) throw new Error(`repeat gives more than ${maxRepeated} characters`)
  return text.repeat(count)
}

function indent(spaces: number, text: string): string {
  const padding = repeat(' ', spaces)
  return padding + text.replaceAll('\n', `\n${padding}`)
}

function decodeUrl(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text)
  if (bad) throw new Error(`invalid URL escape ${quoteGoString(bad[0])}`)
  const bytes: Buffer[] = []
  for (const [part] of text.replaceAll('+', ' ').matchAll(/%[0-9a-fA-F]{2}|[^%]+/g)) {
    bytes.push(part.startsWith('%') ? Buffer.of(Number.parseInt(part.slice(1), 16)) : Buffer.from(part))
  }
  return Buffer.concat(bytes).toString()
}

function encodeUrl(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

function title(text: string): string {
  return text.replace(/(?<![\p{L}\p{Nd}_'])\p{L}/gu, (letter) => letter.toUpperCase())
}

function decodeBase64(text: string): string {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    const at = /[^A-Za-z0-9+/]/.exec(text)?.index ?? text.length
    return `illegal base64 data at input byte ${at}`
  }
  return Buffer.from(text, 'base64').toString()
}

/** Go's Sprint puts a space between operands when neither is a string. */
function print(args: readonly Value[]): string {
  let out = ''
  for (const [index, value] of args.entries()) {
    if (index > 0 && typeof value !== 'string' && typeof args[index - 1] !== 'string') out += ' '
    out += printValue(value)
  }
  return out
}

function variadic(least: number, call: (...args: Value[]) => Value): TemplateFunction {
  return { least, most: Infinity, call }
}

export const stringFunctions: Readonly<Record<string, TemplateFunction>> = {
  ToLower: of(1, (text = '') => text.toLowerCase()),
  ToUpper: of(1, (text = '') => text.toUpperCase()),
  lower: of(1, (text = '') => text.toLowerCase()),
  upper: of(1, (text = '') => text.toUpperCase()),
  title: of(1, (text = '') => title(text)),
  Replace: {
    least: 4,
    most: 4,
    call: (text, from, to, limit) =>
      replaceLimited(asString(text), asString(from), asString(to), Number(asInteger(limit))),
  },
  replace: of(3, (from = '', to = '', text = '') => replaceLimited(text, from, to, -1)),
  Trim: of(2, (text = '', set = '') => trimSet(text, set)),
  TrimLeft: of(2, (text = '', set = '') => trimSet(text, set, { right: false })),
  TrimRight: of(2, (text = '', set = '') => trimSet(text, set, { left: false })),
  TrimPrefix: of(2, (text = '', prefix = '') => trimPrefix(text, prefix)),
  TrimSuffix: of(2, (text = '', suffix = '') => trimSuffix(text, suffix)),
  TrimSpace: of(1, (text = '') => text.trim()),
  trim: of(1, (text = '') => text.trim()),
  trimAll: of(2, (set = '', text = '') => trimSet(text, set)),
  trimPrefix: of(2, (prefix = '', text = '') => trimPrefix(text, prefix)),
  trimSuffix: of(2, (suffix = '', text = '') => trimSuffix(text, suffix)),
  contains: of(2, (part = '', text = '') => text.includes(part)),
  hasPrefix: of(2, (prefix = '', text = '') => text.startsWith(prefix)),
  hasSuffix: of(2, (suffix = '', text = '') => text.endsWith(suffix)),
  regexReplaceAll: of(3, (pattern = '', text = '', to = '') => compileRegexp(pattern).replaceAll(text, to)),
  regexReplaceAllLiteral: of(3, (pattern = '', text = '', to = '') =>
    compileRegexp(pattern).replaceAll(text, to.replaceAll('$', '$$$$')),
  ),
  count: of(2, (pattern = '', text = '') => BigInt([...compileRegexp(pattern).matchAll(text)].length)),
  urldecode: of(1, (text = '') => decodeUrl(text)),
  urlencode: of(1, (text = '') => encodeUrl(text)),
  urlquery: variadic(0, (...args) => encodeUrl(print(args))),
  html: variadic(0, (...args) => print(args).replace(/[&<>"']/g, (sign) => htmlEscapes[sign] ?? sign)),
  b64enc: of(1, (text = '') => Buffer.from(text).toString('base64')),
  b64dec: of(1, (text = '') => decodeBase64(text)),
  alignLeft: withCount((count, text) => align(count, text, 'left')),
  alignRight: withCount((count, text) => align(count, text, 'right')),
  trunc: withCount(truncate),
  substr: {
    least: 3,
    most: 3,
    call: (from, to, text) => substring(Number(asInteger(from)), Number(asInteger(to)), asString(text)),
  },
  indent: withCount(indent),
  nindent: withCount((spaces, text) => `\n${indent(spaces, text)}`),
  repeat: withCount((count, text) => repeat(text, count)),
  default: { least: 1, most: 2, call: (fallback, given) => (isTrue(given) ? given : fallback) },
  fromJson: of(1, (text = '') => fromJson(text)),
  print: variadic(0, (...args) => print(args)),
  println: variadic(0, (...args) => `${args.map(printValue).join(' ')}\n`),
  printf: variadic(1, (format, ...args) => formatPrintf(asString(format), args)),
}
