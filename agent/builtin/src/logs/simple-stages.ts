// The stages that look at one entry at a time. Each returns the reason to drop the entry, or undefined to keep it.
import type { Stage } from '../config/stage-schema.ts'
import type { LogEntry } from './log-entry.ts'
import { timestampParser } from './timestamp-format.ts'

const rfc3339Nano = timestampParser('RFC3339Nano', '')

export type SimpleStage = (entry: LogEntry) => string | undefined

type SimpleKind = Exclude<Stage['kind'], 'match' | 'multiline' | 'cri'>
type ConfigOf<K extends Stage['kind']> = Extract<Stage, { kind: K }>['config']

/** An extracted value as Promtail puts it into a label: text as it is, the rest as JSON. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const inputOf = (entry: LogEntry, source: string | undefined): string | undefined =>
  source === undefined ? entry.line : textOf(entry.extracted.get(source))

function json(config: ConfigOf<'json'>): SimpleStage {
  return (entry) => {
    const input = inputOf(entry, config.source)
    const document = input === undefined ? undefined : parseObject(input)
    if (document === undefined) return config.drop_malformed ? 'malformed_json' : undefined
    for (const { name, path } of config.expressions) {
      const value = path(document)
      if (value !== undefined) entry.extracted.set(name, value)
    }
    return undefined
  }
}

function logfmt(config: ConfigOf<'logfmt'>): SimpleStage {
  return (entry) => {
    const input = inputOf(entry, config.source) ?? ''
    const pairs = new Map<string, string>()
    for (const [, key = '', quoted, plain] of input.matchAll(/([^\s=]+)=(?:("(?:[^"\\]|\\.)*")|(\S*))/g)) {
      pairs.set(key, quoted === undefined ? (plain ?? '') : quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1'))
    }
    for (const { name, key } of config.mapping) {
      const value = pairs.get(key)
      if (value !== undefined) entry.extracted.set(name, value)
    }
    return undefined
  }
}

function regex(config: ConfigOf<'regex'>): SimpleStage {
  return (entry) => {
    const match = config.expression.match(inputOf(entry, config.source) ?? '')
    for (const [name, index] of match?.named ?? []) entry.extracted.set(name, match?.groups[index] ?? '')
    return undefined
  }
}

function timestamp(config: ConfigOf<'timestamp'>): SimpleStage {
  /** Per label set: what `fudge` continues from. Bounded, like Promtail's (1000 streams). */
  const lastKnown = new Map<string, bigint>()
  return (entry) => {
    const value = entry.extracted.get(config.source)
    const parsed = config.parsers.map((parse) => parse(value)).find((time) => time !== undefined)
    const stream = config.onFailure === 'fudge' ? JSON.stringify([...entry.labels]) : ''
    if (parsed !== undefined) entry.timestampUnixNano = parsed
    else if (config.onFailure === 'fudge') {
      const last = lastKnown.get(stream)
      if (last !== undefined) entry.timestampUnixNano = last + 1n
    }
    if (config.onFailure === 'fudge' && (parsed !== undefined || lastKnown.has(stream))) {
      if (lastKnown.size >= 1000 && !lastKnown.has(stream)) lastKnown.clear()
      lastKnown.set(stream, entry.timestampUnixNano)
    }
    return undefined
  }
}

function labels(config: ConfigOf<'labels'>): SimpleStage {
  return (entry) => {
    for (const { name, source } of config) {
      const value = textOf(entry.extracted.get(source))
      if (value !== undefined && value !== '') entry.labels.set(name, value)
    }
    return undefined
  }
}

function structuredMetadata(config: ConfigOf<'structured_metadata'>): SimpleStage {
  return (entry) => {
    for (const { name, source } of config) {
      const value = textOf(entry.extracted.get(source))
      if (value !== undefined && value !== '') entry.metadata.push([name, value])
    }
    return undefined
  }
}

function output(config: ConfigOf<'output'>): SimpleStage {
  return (entry) => {
    entry.line = textOf(entry.extracted.get(config.source)) ?? entry.line
    return undefined
  }
}

function drop(config: ConfigOf<'drop'>): SimpleStage {
  return (entry) => {
    const { source, value, expression, older_than: olderThanMs, longer_than: longerThanBytes } = config
    const subject = inputOf(entry, source)
    if (subject === undefined) return undefined
    if (value !== undefined && subject !== value) return undefined
    if (expression !== undefined && !expression.test(subject)) return undefined
    if (longerThanBytes !== undefined && Buffer.byteLength(subject) <= longerThanBytes) return undefined
    if (olderThanMs !== undefined && entry.timestampUnixNano >= BigInt(Math.round((Date.now() - olderThanMs) * 1e6))) {
      return undefined
    }
    return config.drop_counter_reason
  }
}

/** {"log":"…\n","stream":"stdout","time":"…"}, as Docker's json-file driver writes. */
function docker(): SimpleStage {
  return (entry) => {
    const document = parseObject(entry.line)
    if (document === undefined || !('log' in document)) return undefined
    const { log, stream, time } = document as Readonly<Record<string, unknown>>
    if (typeof stream === 'string') entry.labels.set('stream', stream)
    entry.timestampUnixNano = rfc3339Nano(time) ?? entry.timestampUnixNano
    entry.line = String(log).replace(/\n$/, '')
    return undefined
  }
}

export function isSimple(stage: Stage): stage is Extract<Stage, { kind: SimpleKind }> {
  return stage.kind !== 'match' && stage.kind !== 'multiline' && stage.kind !== 'cri'
}

export function simpleStage(stage: Extract<Stage, { kind: SimpleKind }>): SimpleStage {
  switch (stage.kind) {
    case 'json':
      return json(stage.config)
    case 'logfmt':
      return logfmt(stage.config)
    case 'regex':
      return regex(stage.config)
    case 'timestamp':
      return timestamp(stage.config)
    case 'labels':
      return labels(stage.config)
    case 'structured_metadata':
      return structuredMetadata(stage.config)
    case 'output':
      return output(stage.config)
    case 'drop':
      return drop(stage.config)
    case 'docker':
      return docker()
    case 'static_labels': {
      const { config } = stage
      return (entry) => {
        for (const [name, value] of config) entry.labels.set(name, value)
        return undefined
      }
    }
    case 'labeldrop': {
      const { config } = stage
      return (entry) => {
        for (const name of config) entry.labels.delete(name)
        return undefined
      }
    }
    case 'labelallow': {
      const allowed = new Set(stage.config)
      return (entry) => {
        for (const name of entry.labels.keys()) if (!allowed.has(name)) entry.labels.delete(name)
        return undefined
      }
    }
  }
}
