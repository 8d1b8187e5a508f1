import { isValidId } from './valid-id.ts'
import { attributeText, serviceNameOf, textOf, valueText } from './attribute-text.ts'
import type { Cell, Column } from './parquet-table.ts'
import type { ResourceLogs } from '@playground/protocol/otlp/logs'

export const LOG_COLUMNS: readonly Column[] = [
  { name: 'time_unix_nano', type: 'INT64' },
  { name: 'observed_time_unix_nano', type: 'INT64', nullable: true },
  { name: 'service_name', type: 'STRING', nullable: true },
  { name: 'severity', type: 'STRING', nullable: true },
  { name: 'body', type: 'STRING' },
  { name: 'trace_id', type: 'STRING', nullable: true },
  { name: 'span_id', type: 'STRING', nullable: true },
  { name: 'resource', type: 'STRING' },
  { name: 'attributes', type: 'STRING' },
  { name: 'scope_name', type: 'STRING' },
]

export function* logRows(resourceLogs: readonly ResourceLogs[]): Generator<Cell[]> {
  for (const { resource, scopeLogs } of resourceLogs) {
    const resourceText = attributeText(resource.attributes)
    const serviceName = serviceNameOf(resource.attributes)
    for (const { scope, logRecords } of scopeLogs) {
      for (const record of logRecords) {
        yield [
          record.timeUnixNano,
          record.observedTimeUnixNano === 0n ? undefined : record.observedTimeUnixNano,
          serviceName,
          record.severityText || textOf(record.attributes, 'detected_level') || undefined,
          record.body.kind === 'string' ? record.body.value : valueText(record.body),
          isValidId(record.traceId) ? record.traceId : undefined,
          isValidId(record.spanId) ? record.spanId : undefined,
          resourceText,
          attributeText(record.attributes),
          scope.name,
        ]
      }
    }
  }
}
