// Two answers are the same when they say the same: the order of traces, spans, attributes, tags and series is nobody's promise.

export interface TwinAnswer {
  status: number
  text: string
}

/** A relation of the sizes of rounding errors of sums in another order. */
const tolerance = 1e-9

/** What differs, in words; `undefined` where nothing does. */
export function difference(ours: TwinAnswer, theirs: TwinAnswer): string | undefined {
  if (ours.status !== theirs.status)
    return `status: ours ${ours.status} (${shorten(ours.text)}), theirs ${theirs.status} (${shorten(theirs.text)})`
  if (ours.status !== 200) return undefined
  return differenceAt('$', canonical(JSON.parse(ours.text)), canonical(JSON.parse(theirs.text)))
}

function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}...` : text.trim()
}

/** Statistics, samples of spans, and what repeats another field. */
const dropped = new Set(['metrics', 'exemplars', 'spanSet', 'promLabels', 'status', 'message'])
/** Left out on the wire when they are zero or empty. */
const defaults: Record<string, unknown> = {
  durationMs: 0,
  durationNanos: '0',
  value: 0,
  timestampMs: '0',
  rootTraceName: '',
}

function canonical(value: unknown, isTop = true): unknown {
  if (Array.isArray(value)) return value.map((each) => canonical(each, false)).toSorted(bySpelling)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name, inner]) => {
    if (name === 'status' || name === 'message') return !isTop
    return !dropped.has(name) && !(Array.isArray(inner) && inner.length === 0) && inner !== defaults[name]
  })
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, canonical(inner, false)]),
  )
}

function bySpelling(a: unknown, b: unknown): number {
  return inOrder(spelling(a), spelling(b)) || inOrder(rounded(a), rounded(b))
}

function inOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Two series may have the same labels (arrays have no text); then their points say which is which. */
function rounded(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' ? inner.toPrecision(6) : inner))
}

/** By what names a thing rather than by what it measures: sums that differ in the last digit must not change the order. */
function spelling(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    for (const key of ['traceID', 'spanID', 'labels', 'timestampMs', 'key'] as const) {
      if (key in value)
        return JSON.stringify([(value as Record<string, unknown>)[key], /^(key|spanID)$/.test(key) ? value : 0])
    }
  }
  return JSON.stringify(value)
}

function differenceAt(path: string, ours: unknown, theirs: unknown): string | undefined {
  if (typeof ours === 'number' && typeof theirs === 'number') {
    const bound = tolerance * Math.max(Math.abs(ours), Math.abs(theirs))
    return Math.abs(ours - theirs) <= bound ? undefined : said(path, ours, theirs)
  }
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const index = Array.from({ length: Math.max(ours.length, theirs.length) }).findIndex(
      (_, at) => differenceAt('', ours[at], theirs[at]) !== undefined,
    )
    if (index < 0) return undefined
    return ours.length === theirs.length
      ? differenceAt(`${path}[${index}]`, ours[index], theirs[index])
      : `${path}: ours has ${ours.length}, theirs ${theirs.length}; first difference: ${said(`[${index}]`, ours[index], theirs[index])}`
  }
  if (isObject(ours) && isObject(theirs)) {
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const found = differenceAt(`${path}.${name}`, ours[name], theirs[name])
      if (found !== undefined) return found
    }
    return undefined
  }
  return ours === theirs ? undefined : said(path, ours, theirs)
}

function said(path: string, ours: unknown, theirs: unknown): string {
  return `${path}\n    ours   ${shorten(JSON.stringify(ours) ?? 'nothing')}\n    theirs ${shorten(JSON.stringify(theirs) ?? 'nothing')}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
