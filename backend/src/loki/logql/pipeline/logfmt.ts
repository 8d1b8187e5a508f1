import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { duplicateSuffix, errorLabel } from '../labels/special-labels.ts'
import { sanitizeLabelName, withoutReplacementCharacters } from './label-name.ts'
import { LogfmtDecoder } from './logfmt-decoder.ts'
import { parserErrors, type Stage } from './stage.ts'

export interface LogfmtOptions {
  /** Stop at the first pair that is wrong, and say so. */
  readonly strict: boolean
  readonly keepEmpty: boolean
}

/** `| logfmt`: every pair a label. */
export class LogfmtStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #options: LogfmtOptions

  constructor(options: LogfmtOptions) {
    this.#options = options
  }

  process(line: string, labels: LabelsBuilder): string | undefined {
    const { hints } = labels
    if (hints.needsNothing) return line
    const decoder = new LogfmtDecoder(line)
    while (!decoder.isAtEnd && !hints.isComplete) {
      if (!decoder.next()) {
        if (this.#options.strict) break
        continue
      }
      const name = this.#label(decoder, labels)
      if (name !== undefined && !hints.mayContinue(name)) return undefined
    }
    if (!this.#options.strict || decoder.error === undefined) return line
    labels.failParsing(parserErrors.logfmt, decoder.error)
    return hints.mayContinue(errorLabel) ? line : undefined
  }

  #label(decoder: LogfmtDecoder, labels: LabelsBuilder): string | undefined {
    const key = sanitizeLabelName(decoder.key)
    if (key === '') return undefined
    const name = labels.collides(key) ? key + duplicateSuffix : key
    if (!labels.hints.shouldExtract(name)) return undefined
    const value = withoutReplacementCharacters(decoder.value)
    if (value === '' && !this.#options.keepEmpty) return undefined
    labels.set(name, value)
    return name
  }
}
