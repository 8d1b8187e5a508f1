import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { duplicateSuffix } from '../labels/special-labels.ts'
import type { LabelExtraction } from '../syntax/ast.ts'
import { parseJsonPath, type JsonPath } from './json-path.ts'
import { forEachElement, forEachMember, JsonScanError, unescapeJson, type JsonValue } from './json-scanner.ts'
import { withoutReplacementCharacters } from './label-name.ts'
import { parserErrors, type Stage } from './stage.ts'

interface Wanted {
  readonly label: string
  readonly path: JsonPath
}

/** `| json label="path", ...`: only the named paths; a path that leads nowhere gives an empty label. */
export class JsonExpressionStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #wanted: readonly Wanted[]

  constructor(extractions: readonly LabelExtraction[]) {
    this.#wanted = extractions.map(({ label, expression }) => ({ label, path: parseJsonPath(expression) }))
  }

  process(line: string, labels: LabelsBuilder): string | undefined {
    if (line === '' || labels.hints.needsNothing) return line
    if (!/^["{[]/.test(line)) {
      labels.failParsing(parserErrors.json)
      return line
    }
    this.#search(line, labels)
    return line
  }

  #search(line: string, labels: LabelsBuilder): void {
    const left = new Set(this.#wanted)
    try {
      walk(
        line,
        { type: line.startsWith('[') ? 'array' : 'object', start: 0, end: line.length, next: line.length },
        0,
        left,
        (wanted, value) => {
          left.delete(wanted)
          const name = labels.collides(wanted.label) ? wanted.label + duplicateSuffix : wanted.label
          labels.set(name, pathText(line, value))
          return left.size > 0
        },
      )
    } catch (error) {
      // The search gives up where the line stops being JSON; only a value that was asked for is worth an error.
      if (!(error instanceof JsonScanError)) throw error
    }
    if (left.size === 0) return
    for (const { label } of this.#wanted) if (labels.get(label) === undefined) labels.set(label, '')
  }
}

type Found = (wanted: Wanted, value: JsonValue) => boolean

/** Depth first in the order of the text; false once everything is found. `candidates` agree with the way down to here. */
function walk(line: string, value: JsonValue, depth: number, candidates: ReadonlySet<Wanted>, found: Found): boolean {
  let isOpen = true
  const visit = (step: string | number, inner: JsonValue): boolean => {
    const deeper = new Set<Wanted>()
    for (const wanted of candidates) {
      if (wanted.path[depth] !== step) continue
      if (wanted.path.length === depth + 1) isOpen = found(wanted, inner) && isOpen
      else deeper.add(wanted)
    }
    if (isOpen && deeper.size > 0) isOpen = walk(line, inner, depth + 1, deeper, found)
    return isOpen
  }
  if (value.type === 'object') forEachMember(line, value.start, value.end, visit)
  else if (value.type === 'array')
    forEachElement(line, value.start, value.end, (index, inner) => void (isOpen && visit(index, inner)))
  return isOpen
}

function pathText(line: string, value: JsonValue): string {
  const raw = line.slice(value.start, value.end)
  if (value.type === 'null') return ''
  return value.type === 'object' ? raw : withoutReplacementCharacters(unescapeJson(raw) ?? '')
}
