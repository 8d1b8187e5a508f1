import { parse as parseYaml } from 'yaml'
import { isLegacyLabelName, isValidLabelName } from '../labels/labels.ts'
import type { Expr } from '../promql/ast.ts'
import { PromqlParseError } from '../promql/errors.ts'
import { parseDurationMs } from '../promql/lexer/numbers.ts'

/** Alerting and recording rules in the format of Prometheus' rule files. */
export type RuleGroupSpec = {
  file: string
  name: string
  intervalMs: number
  queryOffsetMs: number
  limit: number
  labels: Record<string, string>
  rules: RuleSpec[]
}

export type RuleSpec = RecordingSpec | AlertingSpec
export type RecordingSpec = { kind: 'recording'; record: string; expr: string; labels: Record<string, string> }
export type AlertingSpec = {
  kind: 'alerting'
  alert: string
  expr: string
  forMs: number
  keepFiringForMs: number
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** Every fault of a rule file, path first. */
export class RuleFileError extends Error {
  override readonly name = 'RuleFileError'
}

type Context = { file: string; defaultIntervalMs: number; parseExpr: (query: string) => Expr }

const GROUP_KEYS = ['name', 'interval', 'query_offset', 'limit', 'labels', 'rules']
const RULE_KEYS = ['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations']

/** @throws RuleFileError */
export function parseRuleFile(text: string, context: Context): RuleGroupSpec[] {
  const reader = new RuleFileReader(context)
  const groups = reader.read(text)
  if (reader.faults.length > 0)
    throw new RuleFileError(reader.faults.map((fault) => `${context.file}: ${fault}`).join('\n'))
  return groups
}

class RuleFileReader {
  readonly faults: string[] = []
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  read(text: string): RuleGroupSpec[] {
    const root = this.#yaml(text)
    if (root === undefined) return []
    const file = this.#object(root, 'file', ['groups'])
    const names = new Set<string>()
    return this.#list(file['groups'], 'groups').map((value, i) => {
      const group = this.#group(value, `groups[${i}]`)
      if (names.has(group.name)) this.faults.push(`groups[${i}].name: "${group.name}" is repeated in the same file`)
      names.add(group.name)
      return group
    })
  }

  #yaml(text: string): unknown {
    try {
      return parseYaml(text) ?? {}
    } catch (error) {
      this.faults.push(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  #group(value: unknown, path: string): RuleGroupSpec {
    const group = this.#object(value, path, GROUP_KEYS)
    const name = this.#text(group['name'], `${path}.name`)
    if (name === '') this.faults.push(`${path}.name: expected a name`)
    return {
      file: this.#context.file,
      name,
      intervalMs: this.#duration(group['interval'], `${path}.interval`) || this.#context.defaultIntervalMs,
      queryOffsetMs: this.#duration(group['query_offset'], `${path}.query_offset`),
      limit: typeof group['limit'] === 'number' ? group['limit'] : 0,
      labels: this.#labels(group['labels'], `${path}.labels`),
      rules: this.#list(group['rules'], `${path}.rules`).map((rule, i) => this.#rule(rule, `${path}.rules[${i}]`)),
    }
  }

  #rule(value: unknown, path: string): RuleSpec {
    const rule = this.#object(value, path, RULE_KEYS)
    const record = this.#text(rule['record'], `${path}.record`)
    const alert = this.#text(rule['alert'], `${path}.alert`)
    const expr = this.#expr(rule['expr'], `${path}.expr`)
    const labels = this.#labels(rule['labels'], `${path}.labels`)
    if ((record === '') === (alert === '')) this.faults.push(`${path}: expected one of record and alert`)
    if (record !== '') {
      for (const key of ['for', 'keep_firing_for', 'annotations']) {
        if (rule[key] !== undefined) this.faults.push(`${path}.${key}: a recording rule has none`)
      }
      return { kind: 'recording', record, expr, labels }
    }
    return {
      kind: 'alerting',
      alert,
      expr,
      labels,
      forMs: this.#duration(rule['for'], `${path}.for`),
      keepFiringForMs: this.#duration(rule['keep_firing_for'], `${path}.keep_firing_for`),
      annotations: this.#labels(rule['annotations'], `${path}.annotations`),
    }
  }

  #expr(value: unknown, path: string): string {
    const expr = typeof value === 'number' ? String(value) : this.#text(value, path)
    try {
      this.#context.parseExpr(expr)
    } catch (error) {
      if (!(error instanceof PromqlParseError)) throw error
      this.faults.push(`${path}: could not parse expression: ${error.message}`)
    }
    return expr
  }

  #labels(value: unknown, path: string): Record<string, string> {
    if (value === undefined || value === null) return {}
    const labels: Record<string, string> = {}
    for (const [name, text] of Object.entries(this.#object(value, path))) {
      const valid = path.endsWith('.annotations')
        ? isLegacyLabelName(name)
        : isValidLabelName(name) && name !== '__name__'
      if (!valid) this.faults.push(`${path}: invalid name ${JSON.stringify(name)}`)
      labels[name] = typeof text === 'string' ? text : String(text)
    }
    return labels
  }

  #duration(value: unknown, path: string): number {
    if (value === undefined || value === null) return 0
    try {
      return parseDurationMs(typeof value === 'string' ? value : JSON.stringify(value))
    } catch (error) {
      this.faults.push(`${path}: ${error instanceof Error ? error.message : String(error)}`)
      return 0
    }
  }

  #text(value: unknown, path: string): string {
    if (value === undefined || value === null) return ''
    if (typeof value === 'string') return value
    this.faults.push(`${path}: expected a text, got ${JSON.stringify(value)}`)
    return ''
  }

  #list(value: unknown, path: string): unknown[] {
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value
    this.faults.push(`${path}: expected a list`)
    return []
  }

  #object(value: unknown, path: string, keys?: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.faults.push(`${path}: expected keys and values`)
      return {}
    }
    const object: Record<string, unknown> = { ...value }
    for (const key of Object.keys(object)) {
      if (keys && !keys.includes(key)) this.faults.push(`${path}.${key}: unknown key, expected ${keys.join(', ')}`)
    }
    return object
  }
}
