import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { duplicateSuffix } from '../labels/special-labels.ts'
import type { LabelExtraction } from '../syntax/ast.ts'
import { sanitizeLabelName } from './label-name.ts'
import { LogfmtDecoder } from './logfmt-decoder.ts'
import { parserErrors, StageError, type Stage } from './stage.ts'

/** `| logfmt label="key", ...`: only the named keys; one that is absent gives an empty label. */
export class LogfmtExpressionStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #labelByKey = new Map<string, string>()
  readonly #labels: ReadonlySet<string>
  readonly #strict: boolean

  constructor(extractions: readonly LabelExtraction[], strict: boolean) {
    for (const { label, expression } of extractions) this.#labelByKey.set(parseKey(expression), label)
    this.#labels = new Set(extractions.map(({ label }) => label))
    this.#strict = strict
  }

  process(line: string, labels: LabelsBuilder): string | undefined {
    const { hints } = labels
    if (hints.needsNothing) return line
    for (const label of this.#labels) if (!labels.collides(label)) labels.set(label, '')
    const decoder = new LogfmtDecoder(line)
    while (!decoder.isAtEnd) {
      if (!decoder.next()) {
        if (this.#strict) break
        continue
      }
      const key = sanitizeLabelName(decoder.key)
      // Loki asks its hints for the key, not for the label that it feeds; a renamed key is lost where hints are narrow.
      if (key === '' || (!this.#labels.has(key) && (!hints.isWanted(key) || hints.isExtracted(key)))) continue
      // A key that is named like a label is taken for it, even where the label is fed from another key.
      const label = this.#labelByKey.get(key) ?? (this.#labels.has(key) ? key : undefined)
      if (label === undefined) continue
      const name = labels.collides(label) ? label + duplicateSuffix : label
      if (name !== label && !hints.shouldExtract(name)) break
      labels.set(name, decoder.value.includes('\uFFFD') ? '' : decoder.value)
      if (hints.isComplete) break
    }
    if (this.#strict && decoder.error !== undefined) labels.failParsing(parserErrors.logfmt, decoder.error)
    return line
  }
}

function parseKey(expression: string): string {
  const key = /^\s*(?:([a-zA-Z_]\w*)|"([^"\]]*)")\s*$/.exec(expression)
  if (!key) throw new StageError(`cannot parse expression [${expression}]: syntax error: expected one key`)
  return key[1] ?? key[2] ?? ''
}
