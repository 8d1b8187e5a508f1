import type { LabelsBuilder } from '../labels/labels-builder.ts'
import { errorLabel } from '../labels/special-labels.ts'
import type { LabelFormat } from '../syntax/ast.ts'
import { Template, TemplateError } from '../template/template.ts'
import { parserErrors, StageError, type Stage } from './stage.ts'

/** `| line_format "{{.method}} {{.path}}"` */
export class LineFormatStage implements Stage {
  readonly requiredLabels: readonly string[]
  readonly #template: Template

  constructor(template: string) {
    this.#template = parseTemplate(template, 'line', 'invalid line template')
    this.requiredLabels = this.#template.fields
  }

  process(line: string, labels: LabelsBuilder): string {
    const { onlyField } = this.#template
    if (onlyField !== undefined) return labels.get(onlyField) ?? ''
    return render(this.#template, line, labels, labels.map()) ?? line
  }
}

/** `| label_format a=b, c="{{.d}}"`. All templates of one stage see the labels as they were before its first template. */
export class LabelFormatStage implements Stage {
  readonly requiredLabels: readonly string[]
  readonly #formats: readonly (readonly [LabelFormat, Template | undefined])[]

  constructor(formats: readonly LabelFormat[]) {
    const seen = new Set<string>()
    for (const { label } of formats) {
      if (label === errorLabel) throw new StageError(`${label} cannot be formatted`)
      if (seen.has(label))
        throw new StageError(`multiple label name '${label}' not allowed in a single format operation`)
      seen.add(label)
    }
    this.#formats = formats.map((format) => [
      format,
      format.kind === 'template'
        ? parseTemplate(format.template, 'label', `invalid template for label '${format.label}'`)
        : undefined,
    ])
    this.requiredLabels = [
      ...new Set(
        this.#formats.flatMap(([format, template]) =>
          format.kind === 'rename' ? [format.source] : (template?.fields ?? []),
        ),
      ),
    ]
  }

  process(line: string, labels: LabelsBuilder): string {
    let before: ReadonlyMap<string, string> | undefined
    for (const [format, template] of this.#formats) {
      if (format.kind === 'rename') rename(labels, format.source, format.label)
      else if (template !== undefined) {
        before ??= labels.map()
        const text = render(template, line, labels, before)
        if (text !== undefined) labels.set(format.label, text)
      }
    }
    return line
  }
}

function rename(labels: LabelsBuilder, from: string, to: string): void {
  const value = labels.get(from)
  if (value === undefined) return
  labels.set(to, value)
  labels.delete(from)
}

function parseTemplate(text: string, name: string, what: string): Template {
  try {
    return Template.parse(text, name)
  } catch (error) {
    if (error instanceof TemplateError) throw new StageError(`${what}: ${error.message}`)
    throw error
  }
}

/** `undefined` after an execution error, which the entry then carries. */
function render(
  template: Template,
  line: string,
  labels: LabelsBuilder,
  fields: ReadonlyMap<string, string>,
): string | undefined {
  try {
    return template.execute({ fields, line, timestamp: labels.timestamp })
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    labels.fail(parserErrors.template, error.message)
    return undefined
  }
}
