import type { LogStream } from '../logql/log-query.ts'
import { LabelsBuilder } from '../logql/labels/labels-builder.ts'
import type { Labels } from '../logql/labels/labels.ts'
import { ParserHints } from '../logql/labels/parser-hints.ts'
import { duplicateSuffix, isStateLabel } from '../logql/labels/special-labels.ts'
import { JsonStage } from '../logql/pipeline/json.ts'
import { forEachMember, JsonScanError } from '../logql/pipeline/json-scanner.ts'
import { sanitizeLabelName } from '../logql/pipeline/label-name.ts'
import { LogfmtStage } from '../logql/pipeline/logfmt.ts'
import { formatByteSize, parseByteSize } from '../logql/syntax/byte-size.ts'
import { parseGoDuration } from '../logql/syntax/duration.ts'
import { parseGoFloat } from '../logql/syntax/go-number.ts'

export type FieldType = 'int' | 'float' | 'boolean' | 'duration' | 'bytes' | 'string'

export interface DetectedField {
  type: FieldType
  readonly values: Set<string>
  readonly parsers: Set<'json' | 'logfmt'>
  jsonPath: readonly string[] | undefined
}

/** Fields of some entries (with categorized labels): structured metadata, and what json or logfmt would parse. */
export function detectFields(streams: readonly LogStream[], limit: number): Map<string, DetectedField> {
  const fields = new Map<string, DetectedField>()
  for (const { labels, entries } of streams) {
    for (const { line, categories } of entries) {
      for (const [name, value] of categories?.metadata ?? []) note(fields, name, value, limit)
      const parsed = parseLine(line, labels, categories?.parsed ?? [])
      for (const [name, value] of parsed.labels) {
        const field = note(fields, name, value, limit)
        if (field === undefined || parsed.parser === undefined) continue
        field.parsers.add(parsed.parser)
        if (parsed.parser === 'json') field.jsonPath = parsed.paths.get(name)
      }
    }
  }
  return fields
}

/** Values of one field; sizes in the spelling that a query takes. */
export function detectValues(streams: readonly LogStream[], name: string, limit: number): string[] {
  const values = new Set<string>()
  for (const { labels, entries } of streams) {
    for (const { line, categories } of entries) {
      if (values.size >= limit) break
      for (const [label, value] of categories?.metadata ?? []) if (label === name) values.add(value)
      for (const [label, value] of parseLine(line, labels, categories?.parsed ?? []).labels) {
        if (label === name) values.add(querySpelling(value))
      }
    }
  }
  return [...values]
}

function querySpelling(value: string): string {
  const size = /[a-z]$/i.test(value) ? byteSize(value) : undefined
  return size === undefined ? value : formatByteSize(size)
}

function note(
  fields: Map<string, DetectedField>,
  name: string,
  value: string,
  limit: number,
): DetectedField | undefined {
  let field = fields.get(name)
  if (field === undefined) {
    if (fields.size >= limit) return undefined
    field = { type: 'string', values: new Set(), parsers: new Set(), jsonPath: undefined }
    fields.set(name, field)
  }
  field.type = typeOf(value)
  field.values.add(value)
  return field
}

function typeOf(value: string): FieldType {
  if (/^[+-]?\d+$/.test(value) && Number.isSafeInteger(Number(value))) return 'int'
  if (parseGoFloat(value) !== undefined) return 'float'
  if (/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value)) return 'boolean'
  if (isDuration(value)) return 'duration'
  return byteSize(value) === undefined ? 'string' : 'bytes'
}

function isDuration(value: string): boolean {
  try {
    parseGoDuration(value)
    return true
  } catch {
    return false
  }
}

function byteSize(value: string): number | undefined {
  try {
    return parseByteSize(value)
  } catch {
    return undefined
  }
}

interface ParsedLine {
  readonly labels: Labels
  readonly parser: 'json' | 'logfmt' | undefined
  readonly paths: ReadonlyMap<string, readonly string[]>
}

/** What the query parsed already, and what json parses of the line, or logfmt where it is no JSON. */
function parseLine(line: string, stream: Labels, already: Labels): ParsedLine {
  const known = already.filter(([name]) => !isStateLabel(name))
  const names = new Set(known.map(([name]) => name))
  const base = stream.filter(([name]) => !names.has(name))
  const json = new LabelsBuilder(base, ParserHints.all())
  new JsonStage().process(line, json)
  if (json.error === '') {
    const labels = json.categorized().parsed
    // What the query parsed under another name has no path of its own.
    const here = new Set(labels.map(([name]) => name))
    const paths = new Map([...jsonPaths(line)].filter(([name]) => here.has(name)))
    return { labels: merged(known, labels), parser: 'json', paths }
  }
  const logfmt = new LabelsBuilder(base, ParserHints.all())
  new LogfmtStage({ strict: false, keepEmpty: false }).process(line, logfmt)
  return { labels: merged(known, logfmt.categorized().parsed), parser: 'logfmt', paths: new Map() }
}

/** An empty value is a value. */
function merged(known: Labels, parsed: Labels): Labels {
  return [...new Map([...known, ...parsed])]
}

/** Label name (also with the collision suffix) → the keys that lead to the value. */
function jsonPaths(line: string): Map<string, readonly string[]> {
  const paths = new Map<string, readonly string[]>()
  const walk = (start: number, end: number, path: readonly string[]): boolean =>
    forEachMember(line, start, end, (key, value) => {
      const here = [...path, key]
      if (value.type === 'object') return walk(value.start, value.end, here)
      const name = here.map(sanitizeLabelName).join('_')
      paths.set(name, here).set(name + duplicateSuffix, here)
      return true
    })
  try {
    walk(0, line.length, [])
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error
  }
  return paths
}
