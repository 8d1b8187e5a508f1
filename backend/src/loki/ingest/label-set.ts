import { labelsOf, type Label, type Labels } from '../logql/labels/labels.ts'
import { unquoteGoString } from '../logql/syntax/go-string.ts'

/** Prometheus refuses label sets longer than this (16 MB); so does Loki. */
const maxLength = 2 ** 24 - 1
/** Far above any limit on labels of a stream: a request of a million labels is refused before they are all read. */
const maxLabels = 1000

const label =
  /\s*(?:([a-zA-Z_:][a-zA-Z0-9_:]*)|("(?:[^"\\\n]|\\.)*"))\s*=\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*')\s*(,|(?=\}))/y

/** The labels of a stream as a push names them, `{job="shop", level="info"}`; throws with position and expectation. */
export function parseLabelSet(text: string): Labels {
  if (text.length > maxLength) throw new Error(`labels of ${text.length} characters, at most ${maxLength} are accepted`)
  const open = /^\s*\{/.exec(text)
  if (!open) throw problem(text, 0, 'expected "{"')
  const labels: Label[] = []
  let at = open[0].length
  while (!/^\s*\}\s*$/.test(text.slice(at))) {
    label.lastIndex = at
    const match = label.exec(text)
    if (!match) throw problem(text, at, 'expected name="value"')
    const [whole, name, quotedName, value = ''] = match
    labels.push([name ?? unquote(quotedName ?? '""', text, at), unquote(value, text, at)])
    if (labels.length > maxLabels) throw problem(text, at, `more than ${maxLabels} labels`)
    at += whole.length
  }
  const names = new Set(labels.map(([name]) => name))
  if (names.size < labels.length) {
    const twice = labels.find(([name], position) => labels.findIndex(([other]) => other === name) < position)
    throw problem(text, 0, `label "${twice?.[0] ?? ''}" is there twice`)
  }
  return labelsOf(labels)
}

function unquote(literal: string, text: string, at: number): string {
  try {
    return unquoteGoString(literal)
  } catch {
    throw problem(text, at, 'invalid escape in a string')
  }
}

function problem(text: string, at: number, reason: string): Error {
  const shown = text.length > 200 ? `${text.slice(0, 200)}...` : text
  return new Error(`1:${at + 1}: parse error: ${reason} in ${shown}`)
}
