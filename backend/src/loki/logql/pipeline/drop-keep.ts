import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { errorDetailsLabel, errorLabel, isStateLabel } from '../labels/special-labels.ts'
import { compileMatcher, type ValueTest } from '../labels/matcher.ts'
import type { NamedLabel } from '../syntax/ast.ts'
import type { Stage } from './stage.ts'

interface CompiledLabel {
  readonly name: string
  readonly test: ValueTest | undefined
}

function compileLabels(labels: readonly NamedLabel[]): CompiledLabel[] {
  return labels.map(({ name, matcher }) => ({ name, test: matcher && compileMatcher(matcher) }))
}

/** `| drop a, b="value"` */
export class DropStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #dropped: readonly CompiledLabel[]

  constructor(labels: readonly NamedLabel[]) {
    this.#dropped = compileLabels(labels)
  }

  process(line: string, labels: LabelsBuilder): string {
    for (const { name, test } of this.#dropped) drop(labels, name, test)
    return line
  }
}

function drop(labels: LabelsBuilder, name: string, test: ValueTest | undefined): void {
  if (name === errorLabel) {
    if (test?.(labels.error) ?? true) labels.error = ''
  } else if (name === errorDetailsLabel) {
    if (test?.(labels.errorDetails) ?? true) labels.errorDetails = ''
  } else {
    const value = labels.get(name)
    if (test === undefined ? value !== undefined : test(value ?? '')) labels.delete(name)
  }
}

/** `| keep a, b="value"`: everything else goes, errors stay. */
export class KeepStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #kept: readonly CompiledLabel[]

  constructor(labels: readonly NamedLabel[]) {
    this.#kept = compileLabels(labels)
  }

  process(line: string, labels: LabelsBuilder): string {
    for (const [name, value] of labels.map()) {
      if (isStateLabel(name)) continue
      const isKept = this.#kept.some((kept) => kept.name === name && (kept.test?.(value) ?? true))
      if (!isKept) labels.delete(name)
    }
    return line
  }
}
