import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { duplicateSuffix } from '../labels/special-labels.ts'
import type { Label } from '../labels/labels.ts'
import { forEachMember, JsonScanError, unescapeJson } from './json-scanner.ts'
import { sanitizeLabelName, withoutReplacementCharacters } from './label-name.ts'
import { parserErrors, type Stage } from './stage.ts'

const entryKey = '_entry'

/** `| unpack`: what an agent's pack stage wrapped, its labels and the line inside. Other JSON is left alone. */
export class UnpackStage implements Stage {
  readonly requiredLabels: readonly string[] = []

  process(line: string, labels: LabelsBuilder): string | undefined {
    if (line === '' || labels.hints.needsNothing) return line
    if (!line.startsWith('{')) {
      labels.failParsing(parserErrors.json, 'expecting json object(6), but it is not')
      return line
    }
    try {
      return unpack(line, labels)
    } catch (error) {
      if (!(error instanceof JsonScanError)) throw error
      labels.failParsing(parserErrors.json, error.message)
      return line
    }
  }
}

function unpack(line: string, labels: LabelsBuilder): string | undefined {
  const found: Label[] = []
  let packed: string | undefined
  forEachMember(line, 0, line.length, (key, value) => {
    if (value.type !== 'string') return true
    const text = unescapeJson(line.slice(value.start, value.end))
    if (key === entryKey) {
      if (text === undefined) throw new JsonScanError('Encountered an invalid escape sequence in a string')
      packed = text
      return true
    }
    const name = labels.collides(key) ? key + duplicateSuffix : key
    if (labels.hints.shouldExtract(name)) {
      found.push([sanitizeLabelName(name), withoutReplacementCharacters(text ?? '')])
    }
    return true
  })
  if (packed === undefined) return line
  for (const [name, value] of found) {
    labels.set(name, value)
    if (!labels.hints.mayContinue(name)) return undefined
  }
  return packed
}
