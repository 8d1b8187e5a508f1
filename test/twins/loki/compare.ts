// Two answers are the same when they say the same: order of series, of labels and of entries at one time is nobody's promise.
import type { TwinAnswer } from './ask.ts'
import type { TwinRequest } from './random-requests.ts'

const tolerance = 1e-9
/** The real number of values is an estimate. */
const ignored = new Set(['stats', 'warnings', 'cardinality'])

/** What differs, in words; `undefined` where nothing does. */
export function difference(ours: TwinAnswer, theirs: TwinAnswer, { path, params }: TwinRequest): string | undefined {
  // docs/differences.md: what a query asks for in vain is the client's mistake, whatever status it has there.
  if (theirs.status === 500 && ours.status === 400 && ours.text.trim() === theirs.text.trim()) return undefined
  if (ours.status !== theirs.status)
    return `status: ours ${ours.status} (${shorten(ours.text)}), theirs ${theirs.status} (${shorten(theirs.text)})`
  if (ours.status !== 200) {
    const [left, right] = [anySeries(ours.text), anySeries(theirs.text)]
    return left === right ? undefined : `text:\n  ours   ${shorten(left)}\n  theirs ${shorten(right)}`
  }
  const query = params.find(([name]) => name === 'query')?.[1] ?? ''
  const loosen = looseningFor(path, query)
  return differenceAt('', canonical(loosen(JSON.parse(ours.text))), canonical(loosen(JSON.parse(theirs.text))))
}

/** Which entry fails first, and so with what, is nobody's promise. */
function anySeries(text: string): string {
  return text.trim().startsWith('pipeline error:') ? 'pipeline error' : text.trim()
}

/** docs/differences.md: volumes count what chunks hold, and of equal values `topk` keeps any. */
function looseningFor(path: string, query: string): (body: unknown) => unknown {
  if (path.includes('/index/volume')) return onlyLabels
  if (path.includes('/format_query')) return withOneQuote
  if (/\/(labels?|values)$/.test(path)) return withData
  return /\b(topk|bottomk)\b/.test(query) ? withoutMetrics : (body) => body
}

/** No labels at all: the real one leaves the field away. */
function withData(body: unknown): unknown {
  return isObject(body) && body['status'] === 'success' ? { data: [], ...body } : body
}

/** Regular expressions of label filters stand in backquotes or not, by how Loki has made them simpler. */
function withOneQuote(body: unknown): unknown {
  return mapObjects(body, (name, value) => (name === 'data' ? String(value).replaceAll(/[`"]|\\(?=\\)/g, "'") : value))
}

function onlyLabels(body: unknown): unknown {
  return mapObjects(body, (name, value) => (name === 'values' || name === 'value' ? [] : value))
}

function withoutMetrics(body: unknown): unknown {
  return mapObjects(body, (name, value) => (name === 'metric' ? {} : value))
}

function mapObjects(value: unknown, change: (name: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => mapObjects(element, change))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, change(name, mapObjects(inner, change))]),
  )
}

function shorten(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}...` : text.trimEnd()
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Without statistics; every list that is a set in a fixed order. */
function canonical(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const list: unknown[] = value.map((element) => canonical(element))
    return key === 'value' || key === 'jsonPath' || key === '' ? list : list.toSorted(bySpelling)
  }
  if (!isObject(value)) return value
  const entries = Object.entries(value)
    .filter(([name, inner]) => !ignored.has(name) && !(key === 'metric' && inner === ''))
    .map(([name, inner]): [string, unknown] => [name, canonical(inner, name)])
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Detected fields by their label, so that only the field that differs is shown. */
function bySpelling(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map(
    (value) => (isObject(value) ? JSON.stringify(value['label'] ?? '') : '') + JSON.stringify(value),
  )
  return (left ?? '') < (right ?? '') ? -1 : left === right ? 0 : 1
}

function differenceAt(path: string, ours: unknown, theirs: unknown): string | undefined {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const length = Math.max(ours.length, theirs.length)
    for (let at = 0; at < length; at++) {
      const found = differenceAt(`${path}[${nameOf(ours[at]) ?? at}]`, ours[at], theirs[at])
      if (found !== undefined)
        return ours.length === theirs.length ? found : `${found}\n  (${ours.length} here, ${theirs.length} there)`
    }
    return undefined
  }
  if (isObject(ours) && isObject(theirs)) {
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const found = differenceAt(`${path}.${name}`, ours[name], theirs[name])
      if (found !== undefined) return found
    }
    return undefined
  }
  if (ours === theirs || areClose(ours, theirs)) return undefined
  return `${path}:\n  ours   ${shorten(JSON.stringify(ours) ?? 'nothing')}\n  theirs ${shorten(JSON.stringify(theirs) ?? 'nothing')}`
}

function nameOf(value: unknown): string | undefined {
  const label = isObject(value) ? value['label'] : undefined
  return typeof label === 'string' ? label : undefined
}

function areClose(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false
  const [left, right] = [Number(a), Number(b)]
  return (
    Number.isFinite(left) &&
    Number.isFinite(right) &&
    Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right), 1e-9)
  )
}
