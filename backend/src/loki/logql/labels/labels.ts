import { quoteGoString } from '../syntax/go-string.ts'

export type Label = readonly [name: string, value: string]

/** Sorted by name, each name once, no empty values. */
export type Labels = readonly Label[]

/** Sorts, keeps the last of equal names, drops empty values. */
export function labelsOf(pairs: Iterable<Label>): Labels {
  const sorted: Label[] = []
  for (const label of pairs) insert(sorted, label)
  return sorted.some(isEmpty) ? sorted.filter((label) => !isEmpty(label)) : sorted
}

/** Labels are few, and most come sorted: from the end, the place is near. */
function insert(sorted: Label[], label: Label): void {
  let at = sorted.length
  while (at > 0 && (sorted[at - 1]?.[0] ?? '') > label[0]) at--
  if (at > 0 && sorted[at - 1]?.[0] === label[0]) sorted[at - 1] = label
  else if (at === sorted.length) sorted.push(label)
  else sorted.splice(at, 0, label)
}

function isEmpty([, value]: Label): boolean {
  return value === ''
}

export function compareByName(a: Label, b: Label): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}

/** Prometheus' order of label sets: name, then value, pair by pair; a prefix comes first. */
export function compareLabels(a: Labels, b: Labels): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const [nameA, valueA] = a[index] ?? ['', '']
    const [nameB, valueB] = b[index] ?? ['', '']
    if (nameA !== nameB) return nameA < nameB ? -1 : 1
    if (valueA !== valueB) return valueA < valueB ? -1 : 1
  }
  return a.length - b.length
}

/** One string per label set, for maps. The separators are bytes that UTF-8 text never holds alone. */
export function labelsKey(labels: Labels): string {
  let key = ''
  for (const [name, value] of labels) key += `${name}\u0000${value}\u0001`
  return key
}

export function labelValue(labels: Labels, name: string): string {
  for (const [candidate, value] of labels) if (candidate === name) return value
  return ''
}

export function labelsObject(labels: Labels): Record<string, string> {
  return Object.fromEntries(labels)
}

/** `{a="b", c="d"}` */
export function formatLabels(labels: Labels): string {
  return `{${labels.map(([name, value]) => `${name}=${quoteGoString(value)}`).join(', ')}}`
}
