import { compileRegexp, RegexpError, type Regexp } from '../../../regexp/index.ts'
import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { duplicateSuffix } from '../labels/special-labels.ts'
import { CapturePattern } from './capture-pattern.ts'
import { sanitizeLabelName } from './label-name.ts'
import { StageError, type Stage } from './stage.ts'

/** `| pattern`: a label for each named capture. */
export class PatternStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #pattern: CapturePattern

  constructor(pattern: string) {
    this.#pattern = new CapturePattern(pattern)
  }

  process(line: string, labels: LabelsBuilder): string | undefined {
    if (labels.hints.needsNothing) return line
    for (const [index, text] of this.#pattern.captures(line).entries()) {
      const name = this.#pattern.names[index]
      if (name !== undefined && !setCapture(labels, name, text)) return undefined
    }
    return line
  }
}

/** `| regexp`: a label for each named group; a line that does not match stays without. */
export class RegexpStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #pattern: Regexp

  constructor(pattern: string) {
    const repeated = repeatedGroup(pattern)
    if (repeated !== undefined) throw new StageError(`duplicate extracted label name '${repeated}'`)
    this.#pattern = compileStagePattern(pattern)
    const names = this.#pattern.groupNames.filter((name) => name !== '')
    if (names.length === 0) throw new StageError('at least one named capture must be supplied')
  }

  process(line: string, labels: LabelsBuilder): string | undefined {
    const match = this.#pattern.exec(line)
    if (match === undefined) return line
    for (const [index, group] of this.#pattern.groupNames.entries()) {
      const name = sanitizeLabelName(group)
      if (name !== '' && !setCapture(labels, name, match.groups[index] ?? '')) return undefined
    }
    return line
  }
}

/** Asked before compiling, which would refuse the repetition in other words. */
function repeatedGroup(pattern: string): string | undefined {
  const names = [...pattern.matchAll(/(?<=(?:^|[^\\])(?:\\\\)*)\(\?P?<([A-Za-z_]\w*)>/g)].map((match) => match[1])
  return names.find((name, index) => names.indexOf(name) !== index)
}

/** False where a label filter makes the rest of the line pointless. */
function setCapture(labels: LabelsBuilder, wanted: string, text: string): boolean {
  const name = labels.collides(wanted) ? wanted + duplicateSuffix : wanted
  if (!labels.hints.shouldExtract(name)) return true
  labels.set(name, text)
  return labels.hints.mayContinue(name)
}

export function compileStagePattern(pattern: string, options: { anchored?: boolean } = {}): Regexp {
  try {
    return compileRegexp(pattern, options)
  } catch (error) {
    if (error instanceof RegexpError) throw new StageError(error.message)
    throw error
  }
}
