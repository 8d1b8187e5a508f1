import { compilePattern, type Pattern } from '../regexp.ts'
import { list, object, optional, refined, withDefault, type Schema } from './schema.ts'
import { int, labelName, oneOf, text } from './scalars.ts'

const ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const

export type RelabelAction = (typeof ACTIONS)[number]

export interface RelabelRule {
  readonly action: RelabelAction
  readonly sourceLabels: readonly string[]
  readonly separator: string
  /** undefined: the default `(.*)`, which matches everything and whose $1 is the value. */
  readonly pattern: Pattern | undefined
  readonly modulus: number
  readonly targetLabel: string
  readonly replacement: string
}

const anchored: Schema<Pattern> = refined(
  text,
  (source) => compilePattern(source, true),
  'an RE2 regular expression (anchored at both ends)',
)

/** One relabel_config; the rules between its keys are those of Prometheus' relabel.Config.Validate. */
export const relabelSchema: Schema<RelabelRule> = refined(
  object({
    source_labels: withDefault(list(labelName), []),
    separator: withDefault(text, ';'),
    regex: optional(anchored),
    modulus: withDefault(int(0), 0),
    target_label: withDefault(text, ''),
    replacement: withDefault(text, '$1'),
    action: withDefault(oneOf(...ACTIONS), 'replace'),
  }),
  (raw) => {
    const needsTarget = ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal']
    if (needsTarget.includes(raw.action) && raw.target_label === '') {
      throw new Error(`action ${raw.action} requires target_label`)
    }
    if (raw.action === 'hashmod' && raw.modulus === 0) throw new Error('action hashmod requires a non-zero modulus')
    return {
      action: raw.action,
      sourceLabels: raw.source_labels,
      separator: raw.separator,
      pattern: raw.regex,
      modulus: raw.modulus,
      targetLabel: raw.target_label,
      replacement: raw.replacement,
    }
  },
)
