// The part of JMESPath that pipelines use: identifiers, "quoted" identifiers, a.b, a[0], a[-1].
// Anything else is refused when the configuration is read, not when a line arrives.

export type JsonPath = (document: unknown) => unknown

type Step = string | number

function parseSteps(expression: string): Step[] {
  const steps: Step[] = []
  const token = /(?<dot>\.)?(?:(?<name>[A-Za-z_]\w*)|"(?<quoted>(?:[^"\\]|\\.)*)")|\[(?<index>-?\d+)\]/y
  while (token.lastIndex < expression.length) {
    const at = token.lastIndex
    const groups = token.exec(expression)?.groups
    const wantsDot = steps.length > 0 && groups?.['index'] === undefined
    if (groups === undefined || (groups['dot'] !== undefined) !== wantsDot) {
      throw new Error(
        `JMESPath ${JSON.stringify(expression)}: at character ${at + 1} the built-in agent expects a name, .name, ."quoted name" or [index]`,
      )
    }
    if (groups['index'] !== undefined) steps.push(Number(groups['index']))
    else steps.push(groups['name'] ?? (JSON.parse(`"${groups['quoted']}"`) as string))
  }
  return steps
}

export function compileJsonPath(expression: string): JsonPath {
  const steps = parseSteps(expression)
  return (document) => {
    let value = document
    for (const step of steps) {
      if (typeof step === 'number') value = Array.isArray(value) ? (value as unknown[]).at(step) : undefined
      else if (typeof value === 'object' && value !== null && Object.hasOwn(value, step)) {
        value = (value as Record<string, unknown>)[step]
      } else return undefined
    }
    return value
  }
}
