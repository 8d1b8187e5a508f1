/** One text per log record, span, sample and exemplar: equal texts are equal values, whatever batch or resource group they travelled in. */
import { attributesToJson, resourceToJson, scopeToJson } from '@playground/protocol/otlp/common-json'
import type { KeyValue, Resource } from '@playground/protocol/otlp/common'
import { encodeLogsJson, type ResourceLogs } from '@playground/protocol/otlp/logs'
import type { ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'
import { spanToJson } from '@playground/protocol/otlp/traces-json'
import { flatSamples } from './file/metric-rows.ts'
import { shiftLog, shiftSpan } from './replay/time-shift.ts'

interface Canon {
  shiftNano: bigint
  ignoreLabel: string | undefined
}

export async function* canonicalLogs(batches: AsyncIterable<ResourceLogs[]>, canon: Canon): AsyncGenerator<string> {
  for await (const batch of batches) {
    for (const { resource, scopeLogs, schemaUrl } of batch) {
      const sorted = sortedResource(resource, canon)
      for (const { scope, logRecords, schemaUrl: scopeSchemaUrl } of scopeLogs) {
        for (const record of logRecords) {
          const shifted = {
            ...shiftLog(record, canon.shiftNano),
            attributes: sortedAttributes(record.attributes, canon),
          }
          const one = {
            resource: sorted,
            schemaUrl,
            scopeLogs: [{ scope, schemaUrl: scopeSchemaUrl, logRecords: [shifted] }],
          }
          yield JSON.stringify(encodeLogsJson([one]))
        }
      }
    }
  }
}

export async function* canonicalSpans(batches: AsyncIterable<ResourceSpans[]>, canon: Canon): AsyncGenerator<string> {
  for await (const batch of batches) {
    for (const { resource, scopeSpans } of batch) {
      const resourceJson = resourceToJson(sortedResource(resource, canon))
      for (const { scope, spans } of scopeSpans) {
        for (const span of spans) {
          const shifted = { ...shiftSpan(span, canon.shiftNano), attributes: sortedAttributes(span.attributes, canon) }
          yield JSON.stringify([resourceJson, scopeToJson(scope), spanToJson(shifted)])
        }
      }
    }
  }
}

export async function* canonicalMetrics(
  batches: AsyncIterable<ResourceMetrics[]>,
  canon: Canon,
): AsyncGenerator<string> {
  for await (const batch of batches) {
    for (const { sample, attributes } of flatSamples(batch)) {
      const { name, timeUnixNano, value, stale, exemplars } = sample
      const series = [name, attributesToJson(sortedAttributes(attributes, canon))]
      const number = Object.is(value, -0) ? '-0' : String(value)
      if (value !== undefined || stale)
        yield JSON.stringify(['sample', series, String(timeUnixNano + canon.shiftNano), number, stale])
      for (const exemplar of exemplars) {
        const labels = attributesToJson(sortedAttributes(exemplar.filteredAttributes, canon))
        const time = String(exemplar.timeUnixNano + canon.shiftNano)
        yield JSON.stringify([
          'exemplar',
          series,
          time,
          String(exemplar.value?.value),
          labels,
          exemplar.traceId,
          exemplar.spanId,
        ])
      }
    }
  }
}

const sortedResource = (resource: Resource, canon: Canon): Resource => ({
  ...resource,
  attributes: sortedAttributes(resource.attributes, canon),
})

function sortedAttributes(attributes: readonly KeyValue[], { ignoreLabel }: Canon): KeyValue[] {
  return attributes
    .filter(({ key }) => key !== ignoreLabel)
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
}
