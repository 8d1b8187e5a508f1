import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { duplicateSuffix } from '../labels/special-labels.ts'
import { forEachMember, JsonScanError, unescapeJson, type JsonValue } from './json-scanner.ts'
import { sanitizeLabelName, withoutReplacementCharacters } from './label-name.ts'
import { parserErrors, type Stage } from './stage.ts'

type Outcome = 'go on' | 'complete' | 'filtered out'

/** `| json`: every member a label, nested keys joined by `_`, arrays left out. */
export class JsonStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  #line = ''
  #outcome: Outcome = 'go on'

  process(line: string, labels: LabelsBuilder): string | undefined {
    if (labels.hints.needsNothing) return line
    this.#line = line
    return this.#parse(labels) === 'filtered out' ? undefined : line
  }

  #parse(labels: LabelsBuilder): Outcome {
    this.#outcome = 'go on'
    try {
      this.#object(0, this.#line.length, '', labels)
    } catch (error) {
      if (!(error instanceof JsonScanError)) throw error
      labels.failParsing(parserErrors.json, error.message)
    }
    return this.#outcome
  }

  /** False once nothing more of the line is wanted. */
  #object(start: number, end: number, prefix: string, labels: LabelsBuilder): boolean {
    return forEachMember(this.#line, start, end, (key, value) => {
      if (value.type === 'object') {
        const name = joinKey(prefix, key)
        return !labels.hints.shouldExtractPrefix(name) || this.#object(value.start, value.end, name, labels)
      }
      if (value.type !== 'array' && value.type !== 'null') this.#label(joinKey(prefix, key), value, labels)
      if (this.#outcome === 'go on' && labels.hints.isComplete) this.#outcome = 'complete'
      return this.#outcome === 'go on'
    })
  }

  #label(key: string, value: JsonValue, labels: LabelsBuilder): void {
    if (key === '') return
    const name = labels.collides(key) ? key + duplicateSuffix : key
    if (!labels.hints.shouldExtract(name)) return
    labels.set(name, jsonText(this.#line, value))
    if (!labels.hints.mayContinue(name)) this.#outcome = 'filtered out'
  }
}

function joinKey(prefix: string, key: string): string {
  const name = sanitizeLabelName(key)
  if (prefix === '') return name
  if (name === '') return prefix
  // Within a path a digit needs no escape.
  return `${prefix}_${/^_\d/.test(name) && /^\s*\d/.test(key) ? name.slice(1) : name}`
}

/** A value as a label: strings unescaped (or empty where an escape is wrong), everything else as written. */
export function jsonText(line: string, value: JsonValue): string {
  const raw = line.slice(value.start, value.end)
  return value.type === 'string' ? withoutReplacementCharacters(unescapeJson(raw) ?? '') : raw
}
