/** OTLP logs (opentelemetry-proto v1.9, logs.proto): protobuf. JSON is in logs-json.ts and re-exported here. */
import { ProtoReader, WireType } from '../proto-reader.ts'
import { ProtoWriter } from '../proto-writer.ts'
import {
  bytesOfHex,
  hexOf,
  readAnyValue,
  readKeyValue,
  readResource,
  readScope,
  writeAnyValue,
  writeKeyValues,
  writeResource,
  writeScope,
} from './common.ts'

import type { LogRecord, ResourceLogs, ScopeLogs } from './log-model.ts'

export * from './log-model.ts'
export { decodeLogsJson, encodeLogsJson } from './logs-json.ts'

/** Decodes an ExportLogsServiceRequest. @throws ProtocolError */
export function decodeLogsProto(bytes: Uint8Array): ResourceLogs[] {
  const reader = new ProtoReader(bytes, 'ExportLogsServiceRequest')
  const out: ResourceLogs[] = []
  while (reader.next()) {
    if (reader.field === 1) out.push(readResourceLogs(reader))
    else reader.skip()
  }
  return out
}

function readResourceLogs(reader: ProtoReader): ResourceLogs {
  const out: ResourceLogs = { resource: { attributes: [], droppedAttributesCount: 0 }, scopeLogs: [], schemaUrl: '' }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.resource = readResource(reader)
    else if (reader.field === 2) out.scopeLogs.push(readScopeLogs(reader))
    else if (reader.field === 3) out.schemaUrl = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return out
}

function readScopeLogs(reader: ProtoReader): ScopeLogs {
  const out: ScopeLogs = {
    scope: { name: '', version: '', attributes: [], droppedAttributesCount: 0 },
    logRecords: [],
    schemaUrl: '',
  }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.scope = readScope(reader)
    else if (reader.field === 2) out.logRecords.push(readLogRecord(reader))
    else if (reader.field === 3) out.schemaUrl = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return out
}

function readLogRecord(reader: ProtoReader): LogRecord {
  const record: LogRecord = {
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: '',
    body: { kind: 'empty' },
    attributes: [],
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    eventName: '',
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(WireType.fixed64)
        record.timeUnixNano = reader.fixed64()
        break
      case 2:
        reader.expect(WireType.varint)
        record.severityNumber = reader.int32()
        break
      case 3:
        record.severityText = reader.string()
        break
      case 5:
        record.body = readAnyValue(reader)
        break
      case 6:
        record.attributes.push(readKeyValue(reader))
        break
      case 7:
        record.droppedAttributesCount = reader.uint32()
        break
      case 8:
        reader.expect(WireType.fixed32)
        record.flags = reader.fixed32()
        break
      case 9:
        record.traceId = hexOf(reader.bytesField())
        break
      case 10:
        record.spanId = hexOf(reader.bytesField())
        break
      case 11:
        reader.expect(WireType.fixed64)
        record.observedTimeUnixNano = reader.fixed64()
        break
      case 12:
        record.eventName = reader.string()
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return record
}

/** Encodes an ExportLogsServiceRequest. */
export function encodeLogsProto(resourceLogs: readonly ResourceLogs[]): Uint8Array {
  const writer = new ProtoWriter(16_384)
  for (const { resource, scopeLogs, schemaUrl } of resourceLogs) {
    writer.message(1, () => {
      writeResource(writer, resource)
      for (const scoped of scopeLogs) {
        writer.message(2, () => {
          writeScope(writer, scoped.scope)
          for (const record of scoped.logRecords) writer.message(2, () => writeLogRecord(writer, record))
          writer.string(3, scoped.schemaUrl)
        })
      }
      writer.string(3, schemaUrl)
    })
  }
  return writer.finish()
}

function writeLogRecord(writer: ProtoWriter, record: LogRecord): void {
  writer.fixed64(1, record.timeUnixNano)
  writer.int32(2, record.severityNumber)
  writer.string(3, record.severityText)
  if (record.body.kind !== 'empty') writer.message(5, () => writeAnyValue(writer, record.body))
  writeKeyValues(writer, 6, record.attributes)
  writer.uint32(7, record.droppedAttributesCount)
  writer.fixed32(8, record.flags)
  writer.bytes(9, bytesOfHex(record.traceId, 'traceId'))
  writer.bytes(10, bytesOfHex(record.spanId, 'spanId'))
  writer.fixed64(11, record.observedTimeUnixNano)
  writer.string(12, record.eventName)
}
