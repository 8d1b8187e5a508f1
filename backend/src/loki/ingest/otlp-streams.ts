// OTLP log records as Loki takes them (https://grafana.com/docs/loki/latest/send-data/otel/): some resource attributes become
// stream labels, everything else structured metadata, the body becomes the line.
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { LogRecord, ResourceLogs } from '@playground/protocol/otlp/logs'
import { labelsKey, labelsOf, type Label, type Labels } from '../logql/labels/labels.ts'
import { formatGoFloat } from '../logql/syntax/go-number.ts'
import type { IncomingEntry, IncomingStream } from './incoming.ts'
import { normalizeName } from './metadata-name.ts'
import { serviceNameLabel, serviceNameSources } from './service-name.ts'

/** Loki's default list. */
const labelAttributes: ReadonlySet<string> = new Set([
  'service.name',
  'service.namespace',
  'service.instance.id',
  'deployment.environment',
  'deployment.environment.name',
  'cloud.region',
  'cloud.availability_zone',
  'k8s.cluster.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.container.name',
  'container.name',
  'k8s.replicaset.name',
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.job.name',
])

/** @param indexLabels resource attributes that are labels besides the default list */
export function otlpStreams(
  resourceLogs: readonly ResourceLogs[],
  nowUnixNano: bigint,
  indexLabels: readonly string[] = [],
): IncomingStream[] {
  const streams = new Map<string, { labels: Labels; entries: IncomingEntry[] }>()
  for (const { resource, scopeLogs } of resourceLogs) {
    const { labels, metadata } = splitResource(resource.attributes, indexLabels)
    const key = labelsKey(labels)
    const stream = streams.get(key) ?? { labels, entries: [] }
    streams.set(key, stream)
    for (const { scope, logRecords } of scopeLogs) {
      const shared = [
        ...metadata,
        ...attributeLabels(scope.attributes),
        ...given('scope_name', scope.name),
        ...given('scope_version', scope.version),
      ]
      if (scope.droppedAttributesCount > 0)
        shared.push(['scope_dropped_attributes_count', String(scope.droppedAttributesCount)])
      for (const record of logRecords) stream.entries.push(entryOf(record, shared, nowUnixNano))
    }
  }
  return [...streams.values()]
}

function splitResource(
  attributes: readonly KeyValue[],
  indexLabels: readonly string[],
): { labels: Labels; metadata: Label[] } {
  const labels: Label[] = []
  const metadata: Label[] = []
  for (const attribute of attributes) {
    const target = labelAttributes.has(attribute.key) || indexLabels.includes(attribute.key) ? labels : metadata
    target.push(...attributeLabels([attribute]))
  }
  const isNamed = labels.some(([name, value]) => name === serviceNameLabel && value !== '')
  if (!isNamed) {
    const source = labels.find(([name, value]) => value !== '' && serviceNameSources.includes(name))
    labels.push([serviceNameLabel, source?.[1] ?? 'unknown_service'])
  }
  return { labels: labelsOf(labels), metadata }
}

function entryOf(record: LogRecord, shared: readonly Label[], nowUnixNano: bigint): IncomingEntry {
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, droppedAttributesCount, flags } = record
  const metadata: Label[] = attributeLabels(record.attributes)
  if (timeUnixNano !== 0n && observedTimeUnixNano !== 0n)
    metadata.push(['observed_timestamp', String(observedTimeUnixNano)])
  if (severityNumber !== 0) metadata.push(['severity_number', String(severityNumber)])
  metadata.push(...given('severity_text', severityText))
  if (droppedAttributesCount !== 0) metadata.push(['dropped_attributes_count', String(droppedAttributesCount)])
  if (flags !== 0) metadata.push(['flags', String(flags)])
  metadata.push(
    ...given('trace_id', record.traceId),
    ...given('span_id', record.spanId),
    ...given('event_name', record.eventName),
  )
  return {
    timestampUnixNano: timeUnixNano || observedTimeUnixNano || nowUnixNano,
    line: textOf(record.body),
    structuredMetadata: [...metadata, ...shared],
  }
}

function given(name: string, value: string): Label[] {
  return value === '' ? [] : [[name, value]]
}

/** Maps are taken apart: `{"a": {"b": 1}}` is `a_b="1"`. */
function attributeLabels(attributes: readonly KeyValue[], prefix = ''): Label[] {
  return attributes.flatMap(({ key, value }) => {
    const name = normalizeName(prefix === '' ? key : `${prefix}_${key}`)
    if (name === undefined) return []
    return value.kind === 'kvlist' ? attributeLabels(value.values, name) : [[name, textOf(value)] as const]
  })
}

function textOf(value: AnyValue): string {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'bool':
    case 'int':
      return String(value.value)
    case 'double':
      return formatGoFloat(value.value)
    case 'bytes':
      return Buffer.from(value.value).toString('base64')
    case 'empty':
      return ''
    case 'array':
    case 'kvlist':
      return JSON.stringify(plainJson(value))
  }
}

/** Lists and maps as the JSON a person would write, not as OTLP's own. */
function plainJson(value: AnyValue): unknown {
  switch (value.kind) {
    case 'array':
      return value.values.map(plainJson)
    case 'kvlist':
      return Object.fromEntries(value.values.map(({ key, value: inner }) => [key, plainJson(inner)]))
    case 'int':
      return Number(value.value)
    case 'bytes':
      return Buffer.from(value.value).toString('base64')
    case 'empty':
      return null
    default:
      return value.value
  }
}
