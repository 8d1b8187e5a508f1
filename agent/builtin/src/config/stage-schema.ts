import { compileJsonPath } from '../logs/json-path.ts'
import { compileSelector } from '../logs/selector.ts'
import { timestampParser } from '../logs/timestamp-format.ts'
import { compilePattern } from '../regexp.ts'
import {
  lazy,
  list,
  map,
  object,
  oneKey,
  optional,
  refined,
  required,
  withDefault,
  type OneKey,
  type Schema,
} from './schema.ts'
import { bool, durationMs, int, labelNameFault, nonEmptyText, oneOf, sizeBytes, text, textOrEmpty } from './scalars.ts'

const re2 = refined(nonEmptyText, (source) => compilePattern(source), 'an RE2 regular expression')

/** `name: source`, where an empty source means the name itself. */
const namesToSources = refined(map(textOrEmpty, labelNameFault), (names) =>
  [...names].map(([name, source]) => ({ name, source: source === '' ? name : source })),
)

const jsonStage = object({
  expressions: required(
    refined(map(textOrEmpty), (names) =>
      [...names].map(([name, path]) => ({ name, path: compileJsonPath(path === '' ? name : path) })),
    ),
  ),
  source: optional(nonEmptyText),
  drop_malformed: withDefault(bool, false),
})

const logfmtStage = object({
  mapping: required(
    refined(map(textOrEmpty), (names) => [...names].map(([name, key]) => ({ name, key: key === '' ? name : key }))),
  ),
  source: optional(nonEmptyText),
})

const regexStage = refined(object({ expression: required(re2), source: optional(nonEmptyText) }), (stage) => {
  if (stage.expression.groupNames.length === 0)
    throw new Error('expression: expected at least one named group (?P<name>…)')
  return stage
})

const timestampStage = refined(
  object({
    source: required(nonEmptyText),
    format: required(nonEmptyText),
    fallback_formats: withDefault(list(nonEmptyText), []),
    location: withDefault(text, ''),
    action_on_failure: withDefault(oneOf('fudge', 'skip'), 'fudge'),
  }),
  (raw) => {
    if (raw.location !== '') new Intl.DateTimeFormat('en-US', { timeZone: raw.location })
    const parsers = [raw.format, ...raw.fallback_formats].map((format) => timestampParser(format, raw.location))
    return { source: raw.source, parsers, onFailure: raw.action_on_failure }
  },
)

const dropStage = refined(
  object({
    source: optional(nonEmptyText),
    expression: optional(re2),
    value: optional(text),
    older_than: optional(durationMs),
    longer_than: optional(sizeBytes),
    drop_counter_reason: withDefault(nonEmptyText, 'drop_stage'),
  }),
  (stage) => {
    if (stage.expression !== undefined && stage.value !== undefined)
      throw new Error('set only one of expression, value')
    const conditions = [stage.source, stage.expression, stage.value, stage.older_than, stage.longer_than]
    if (conditions.every((condition) => condition === undefined)) {
      throw new Error('expected at least one of source, expression, value, older_than, longer_than')
    }
    return stage
  },
)

const multilineStage = object({
  firstline: required(re2),
  max_wait_time: withDefault(durationMs, 3000),
  max_lines: withDefault(int(1), 128),
})

const nothing = object({})

const alternatives = {
  json: jsonStage,
  logfmt: logfmtStage,
  regex: regexStage,
  timestamp: timestampStage,
  labels: namesToSources,
  structured_metadata: namesToSources,
  output: object({ source: required(nonEmptyText) }),
  static_labels: map(text, labelNameFault),
  labeldrop: list(nonEmptyText),
  labelallow: list(nonEmptyText),
  drop: dropStage,
  multiline: multilineStage,
  docker: nothing,
  cri: nothing,
  match: lazy(() => matchStage, 'a selector with nested stages'),
}

export interface MatchStage {
  readonly selector: ReturnType<typeof compileSelector>
  readonly stages: readonly Stage[]
  readonly action: 'keep' | 'drop'
  readonly drop_counter_reason: string
}

/** One pipeline stage as read: `kind` is its key. */
export type Stage = OneKey<Omit<typeof alternatives, 'match'>> | { readonly kind: 'match'; readonly config: MatchStage }

const unsupportedStages = [
  'template', 'replace', 'metrics', 'tenant', 'pack', 'sampling', 'limit', 'decolorize', 'eventlogmessage', 'geoip',
  'non_indexed_labels',
] // prettier-ignore

export const stagesSchema: Schema<readonly Stage[]> = list(
  lazy<Stage>(() => oneKey(alternatives, unsupportedStages), 'one pipeline stage'),
)

const matchStage: Schema<MatchStage> = refined(
  object({
    selector: required(refined(nonEmptyText, compileSelector)),
    pipeline_name: optional(text),
    stages: withDefault(stagesSchema, []),
    action: withDefault(oneOf('keep', 'drop'), 'keep'),
    drop_counter_reason: withDefault(nonEmptyText, 'match_stage'),
  }),
  (stage) => {
    if (stage.action === 'drop' && stage.stages.length > 0) throw new Error('action drop takes no stages')
    return stage
  },
)
