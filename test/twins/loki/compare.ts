// Two answers are the same when they say the same: order of series, of labels and of entries at one time is nobody's promise.
import type { TwinAnswer } from './ask.ts'

const tolerance = 1e-9

/** What differs, in words; `undefined` where nothing does. */
export function difference(ours: TwinAnswer, theirs: TwinAnswer): string | undefined {
  if (ours.status !== theirs.status)
    return `status: ours ${ours.status} (${shorten(ours.text)}), theirs ${theirs.status} (${shorten(theirs.text)})`
  if (ours.status !== 200)
    return ours.text.trim() === theirs.text.trim()
      ? undefined
      : `text:\n  ours   ${shorten(ours.text)}\n  theirs ${shorten(theirs.text)}`
  return differenceAt('', canonical(JSON.parse(ours.text)), canonical(JSON.parse(theirs.text)))
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
    .filter(([name]) => name !== 'stats' && name !== 'warnings')
    .map(([name, inner]): [string, unknown] => [name, canonical(inner, name)])
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function bySpelling(a: unknown, b: unknown): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function differenceAt(path: string, ours: unknown, theirs: unknown): string | undefined {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const length = Math.max(ours.length, theirs.length)
    for (let at = 0; at < length; at++) {
      const found = differenceAt(`${path}[${at}]`, ours[at], theirs[at])
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

function areClose(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false
  const [left, right] = [Number(a), Number(b)]
  return (
    Number.isFinite(left) &&
    Number.isFinite(right) &&
    Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right), 1e-9)
  )
}
