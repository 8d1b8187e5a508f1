// Prometheus relabelling (model/relabel/relabel.go): rules in order over one label set.
import { createHash } from 'node:crypto'
import type { RelabelRule } from '../config/relabel-schema.ts'
import { expandTemplate, type Match } from '../regexp.ts'

export type Labels = Map<string, string>

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const NO_NAMES: ReadonlyMap<string, number> = new Map()

/** The default regex `(.*)` without running an engine. */
const matchOf = (rule: RelabelRule, value: string): Match | undefined =>
  rule.pattern === undefined ? { groups: [value, value], named: NO_NAMES } : rule.pattern.match(value)

const matches = (rule: RelabelRule, value: string): boolean => rule.pattern === undefined || rule.pattern.test(value)

function set(labels: Labels, name: string, value: string): void {
  if (value === '') labels.delete(name)
  else labels.set(name, value)
}

function md5Modulus(value: string, modulus: number): string {
  const hash = createHash('md5').update(value).digest()
  return String(hash.readBigUInt64BE(8) % BigInt(modulus))
}

function replace(labels: Labels, rule: RelabelRule, value: string): void {
  const match = matchOf(rule, value)
  if (match === undefined) return
  const target = expandTemplate(rule.targetLabel, match)
  if (LABEL_NAME.test(target)) set(labels, target, expandTemplate(rule.replacement, match))
}

/** Applies one rule in place; false when the label set is dropped. */
function apply(labels: Labels, rule: RelabelRule): boolean {
  const value = rule.sourceLabels.map((name) => labels.get(name) ?? '').join(rule.separator)
  switch (rule.action) {
    case 'keep':
      return matches(rule, value)
    case 'drop':
      return !matches(rule, value)
    case 'keepequal':
      return (labels.get(rule.targetLabel) ?? '') === value
    case 'dropequal':
      return (labels.get(rule.targetLabel) ?? '') !== value
    case 'replace':
      replace(labels, rule, value)
      return true
    case 'lowercase':
      set(labels, rule.targetLabel, value.toLowerCase())
      return true
    case 'uppercase':
      set(labels, rule.targetLabel, value.toUpperCase())
      return true
    case 'hashmod':
      labels.set(rule.targetLabel, md5Modulus(value, rule.modulus))
      return true
    case 'labelmap':
      for (const [name, current] of new Map(labels)) {
        const match = matchOf(rule, name)
        if (match !== undefined) set(labels, expandTemplate(rule.replacement, match), current)
      }
      return true
    case 'labeldrop':
      for (const name of labels.keys()) if (matches(rule, name)) labels.delete(name)
      return true
    case 'labelkeep':
      for (const name of labels.keys()) if (!matches(rule, name)) labels.delete(name)
      return true
  }
}

/** The relabelled set, or undefined when a rule drops it. */
export function relabel(labels: ReadonlyMap<string, string>, rules: readonly RelabelRule[]): Labels | undefined {
  const result: Labels = new Map(labels)
  return rules.every((rule) => apply(result, rule)) ? result : undefined
}
