// Go's text/template over the labels of an entry (https://pkg.go.dev/text/template), with the functions Loki adds
// (https://grafana.com/docs/loki/latest/query/template_functions/).
import type { Operand, Pipe, TemplateNode } from './ast.ts'
import { Execution, type EntryContext } from './execution.ts'
import { functionNames } from './functions.ts'
import { parseTemplate } from './parser.ts'

export { TemplateError } from './template-error.ts'

export class Template {
  /** Every label the template reads. */
  readonly fields: readonly string[]
  /** Set if the whole template is `{{.field}}`. */
  readonly onlyField: string | undefined
  readonly #nodes: readonly TemplateNode[]
  readonly #source: { name: string; text: string }

  private constructor(nodes: readonly TemplateNode[], source: { name: string; text: string }) {
    this.#nodes = nodes
    this.#source = source
    this.fields = [...new Set(nodes.flatMap(nodeFields))]
    this.onlyField = singleField(nodes)
  }

  /** Throws `TemplateError`. */
  static parse(text: string, name: string): Template {
    return new Template(parseTemplate(text, name, functionNames), { name, text })
  }

  /** Throws `TemplateError`. */
  execute(context: EntryContext): string {
    return new Execution(context, this.#source).run(this.#nodes)
  }
}

function singleField(nodes: readonly TemplateNode[]): string | undefined {
  const [node] = nodes
  if (nodes.length !== 1 || node?.kind !== 'action' || node.pipe.variables.length > 0) return undefined
  const [command] = node.pipe.commands
  const operand = command?.operands[0]
  if (node.pipe.commands.length !== 1 || command?.operands.length !== 1 || operand?.kind !== 'field') return undefined
  return operand.names.length === 1 ? operand.names[0] : undefined
}

function nodeFields(node: TemplateNode): readonly string[] {
  switch (node.kind) {
    case 'action':
      return pipeFields(node.pipe)
    case 'if':
    case 'with':
    case 'range':
      return [...pipeFields(node.pipe), ...node.body.flatMap(nodeFields), ...node.otherwise.flatMap(nodeFields)]
    default:
      return []
  }
}

function pipeFields(pipe: Pipe): readonly string[] {
  return pipe.commands.flatMap(({ operands }) => operands.flatMap(operandFields))
}

function operandFields(operand: Operand): readonly string[] {
  if (operand.kind === 'field') return operand.names
  return operand.kind === 'pipe' ? pipeFields(operand.pipe) : []
}
