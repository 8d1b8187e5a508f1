/** OTLP logs as JSON. */
import {
  enumField,
  idField,
  list,
  objectOf,
  parseBody,
  prefixPath,
  stringField,
  uint32Field,
  uint64Field,
  type JsonObject,
} from '../json-fields.ts'
import {
  anyValueFromJson,
  anyValueToJson,
  attributesFromJson,
  attributesToJson,
  dropDefaults,
  resourceFromJson,
  resourceToJson,
  scopeFromJson,
  scopeToJson,
} from './common-json.ts'
import type { LogRecord, ResourceLogs } from './log-model.ts'

/** Names of the severity numbers 0..24, as the enum has them without their prefix. */
const SEVERITIES = [
  'UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
]

/** Decodes an ExportLogsServiceRequest in JSON. @throws ProtocolError naming the path */
export function decodeLogsJson(bytes: Uint8Array): ResourceLogs[] {
  return list(parseBody(bytes), 'resourceLogs', (element) => {
    const object = objectOf(element)
    return {
      resource: resourceFromJson(object),
      scopeLogs: list(object, 'scopeLogs', (scoped) => {
        const scopeLogs = objectOf(scoped)
        return {
          scope: scopeFromJson(scopeLogs),
          logRecords: list(scopeLogs, 'logRecords', logRecordFromJson),
          schemaUrl: stringField(scopeLogs, 'schemaUrl'),
        }
      }),
      schemaUrl: stringField(object, 'schemaUrl'),
    }
  })
}

function logRecordFromJson(element: unknown): LogRecord {
  const object = objectOf(element)
  return {
    timeUnixNano: uint64Field(object, 'timeUnixNano'),
    observedTimeUnixNano: uint64Field(object, 'observedTimeUnixNano'),
    severityNumber: enumField(object, 'severityNumber', 'SEVERITY_NUMBER_', SEVERITIES),
    severityText: stringField(object, 'severityText'),
    body: bodyOf(object),
    attributes: attributesFromJson(object),
    droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
    flags: uint32Field(object, 'flags'),
    traceId: idField(object, 'traceId'),
    spanId: idField(object, 'spanId'),
    eventName: stringField(object, 'eventName'),
  }
}

function bodyOf(object: JsonObject): LogRecord['body'] {
  try {
    return anyValueFromJson(object['body'])
  } catch (error) {
    return prefixPath(error, 'body')
  }
}

/** The ExportLogsServiceRequest as a JSON value; `JSON.stringify` it to send it. */
export function encodeLogsJson(resourceLogs: readonly ResourceLogs[]): JsonObject {
  return {
    resourceLogs: resourceLogs.map(({ resource, scopeLogs, schemaUrl }) =>
      dropDefaults({
        resource: resourceToJson(resource),
        scopeLogs: scopeLogs.map((scoped) =>
          dropDefaults({
            scope: scopeToJson(scoped.scope),
            logRecords: scoped.logRecords.map(logRecordToJson),
            schemaUrl: scoped.schemaUrl,
          }),
        ),
        schemaUrl,
      }),
    ),
  }
}

function logRecordToJson(record: LogRecord): JsonObject {
  return dropDefaults({
    timeUnixNano: record.timeUnixNano.toString(),
    observedTimeUnixNano: record.observedTimeUnixNano.toString(),
    severityNumber: record.severityNumber,
    severityText: record.severityText,
    body: record.body.kind === 'empty' ? undefined : anyValueToJson(record.body),
    attributes: attributesToJson(record.attributes),
    droppedAttributesCount: record.droppedAttributesCount,
    flags: record.flags,
    traceId: record.traceId,
    spanId: record.spanId,
    eventName: record.eventName,
  })
}
