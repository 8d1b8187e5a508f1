/** OTLP metrics as JSON. */
import {
  boolField,
  doubleField,
  doubleOf,
  enumField,
  idField,
  int32Field,
  int64Of,
  list,
  objectOf,
  optional,
  parseBody,
  stringField,
  uint32Field,
  uint64Field,
  type JsonObject,
} from '../json-fields.ts'
import {
  attributesFromJson,
  attributesToJson,
  dropDefaults,
  keyValueFromJson,
  resourceFromJson,
  resourceToJson,
  scopeFromJson,
  scopeToJson,
} from './common-json.ts'
import type { Exemplar, ExponentialBuckets, Metric, MetricData, NumberPoint, ResourceMetrics } from './metric-model.ts'

const TEMPORALITIES = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'] as const

/** Decodes an ExportMetricsServiceRequest in JSON. @throws ProtocolError naming the path */
export function decodeMetricsJson(bytes: Uint8Array): ResourceMetrics[] {
  return list(parseBody(bytes), 'resourceMetrics', (element) => {
    const object = objectOf(element)
    return {
      resource: resourceFromJson(object),
      scopeMetrics: list(object, 'scopeMetrics', (scoped) => {
        const scopeMetrics = objectOf(scoped)
        return {
          scope: scopeFromJson(scopeMetrics),
          metrics: list(scopeMetrics, 'metrics', metricFromJson),
          schemaUrl: stringField(scopeMetrics, 'schemaUrl'),
        }
      }),
      schemaUrl: stringField(object, 'schemaUrl'),
    }
  })
}

function metricFromJson(element: unknown): Metric {
  const object = objectOf(element)
  return {
    name: stringField(object, 'name'),
    description: stringField(object, 'description'),
    unit: stringField(object, 'unit'),
    metadata: list(object, 'metadata', (pair) => keyValueFromJson(pair)),
    data: dataFromJson(object),
  }
}

function dataFromJson(metric: JsonObject): MetricData | undefined {
  const temporality = (data: JsonObject) =>
    enumField(data, 'aggregationTemporality', 'AGGREGATION_TEMPORALITY_', TEMPORALITIES)
  return (
    optional<MetricData>(metric, 'gauge', (data) => ({
      kind: 'gauge',
      points: list(data, 'dataPoints', numberPointFromJson),
    })) ??
    optional<MetricData>(metric, 'sum', (data) => ({
      kind: 'sum',
      points: list(data, 'dataPoints', numberPointFromJson),
      temporality: temporality(data),
      monotonic: boolField(data, 'isMonotonic'),
    })) ??
    optional<MetricData>(metric, 'histogram', (data) => ({
      kind: 'histogram',
      temporality: temporality(data),
      points: list(data, 'dataPoints', (point) => {
        const object = objectOf(point)
        return {
          ...distributionFromJson(object),
          bucketCounts: list(object, 'bucketCounts', (count) => int64Of(count, '')),
          explicitBounds: list(object, 'explicitBounds', (bound) => doubleOf(bound, '')),
        }
      }),
    })) ??
    optional<MetricData>(metric, 'exponentialHistogram', (data) => ({
      kind: 'exponentialHistogram',
      temporality: temporality(data),
      points: list(data, 'dataPoints', (point) => {
        const object = objectOf(point)
        return {
          ...distributionFromJson(object),
          scale: int32Field(object, 'scale'),
          zeroCount: uint64Field(object, 'zeroCount'),
          zeroThreshold: doubleField(object, 'zeroThreshold'),
          positive: bucketsFromJson(object, 'positive'),
          negative: bucketsFromJson(object, 'negative'),
        }
      }),
    })) ??
    optional<MetricData>(metric, 'summary', (data) => ({
      kind: 'summary',
      points: list(data, 'dataPoints', (point) => {
        const object = objectOf(point)
        return {
          ...pointFromJson(object),
          count: uint64Field(object, 'count'),
          sum: doubleField(object, 'sum'),
          quantileValues: list(object, 'quantileValues', (quantile) => {
            const fields = objectOf(quantile)
            return { quantile: doubleField(fields, 'quantile'), value: doubleField(fields, 'value') }
          }),
        }
      }),
    }))
  )
}

function pointFromJson(object: JsonObject) {
  return {
    attributes: attributesFromJson(object),
    startTimeUnixNano: uint64Field(object, 'startTimeUnixNano'),
    timeUnixNano: uint64Field(object, 'timeUnixNano'),
    flags: uint32Field(object, 'flags'),
  }
}

function numberPointFromJson(element: unknown): NumberPoint {
  const object = objectOf(element)
  return { ...pointFromJson(object), value: numberOf(object), exemplars: list(object, 'exemplars', exemplarFromJson) }
}

function numberOf(object: JsonObject): NumberPoint['value'] {
  const { asInt, asDouble } = object
  if (asInt !== undefined && asInt !== null) return { kind: 'int', value: int64Of(asInt, 'asInt') }
  if (asDouble !== undefined && asDouble !== null) return { kind: 'double', value: doubleOf(asDouble, 'asDouble') }
  return undefined
}

function distributionFromJson(object: JsonObject) {
  const maybe = (key: string) =>
    object[key] === undefined || object[key] === null ? undefined : doubleField(object, key)
  return {
    ...pointFromJson(object),
    count: uint64Field(object, 'count'),
    sum: maybe('sum'),
    min: maybe('min'),
    max: maybe('max'),
    exemplars: list(object, 'exemplars', exemplarFromJson),
  }
}

function bucketsFromJson(object: JsonObject, key: string): ExponentialBuckets {
  const read = (buckets: JsonObject) => ({
    offset: int32Field(buckets, 'offset'),
    bucketCounts: list(buckets, 'bucketCounts', (count) => int64Of(count, '')),
  })
  return optional(object, key, read) ?? { offset: 0, bucketCounts: [] }
}

function exemplarFromJson(element: unknown): Exemplar {
  const object = objectOf(element)
  return {
    filteredAttributes: list(object, 'filteredAttributes', (pair) => keyValueFromJson(pair)),
    timeUnixNano: uint64Field(object, 'timeUnixNano'),
    value: numberOf(object),
    spanId: idField(object, 'spanId'),
    traceId: idField(object, 'traceId'),
  }
}

/** The ExportMetricsServiceRequest as a JSON value; `JSON.stringify` it to send it. */
export function encodeMetricsJson(resourceMetrics: readonly ResourceMetrics[]): JsonObject {
  return {
    resourceMetrics: resourceMetrics.map(({ resource, scopeMetrics, schemaUrl }) =>
      dropDefaults({
        resource: resourceToJson(resource),
        scopeMetrics: scopeMetrics.map((scoped) =>
          dropDefaults({
            scope: scopeToJson(scoped.scope),
            metrics: scoped.metrics.map(metricToJson),
            schemaUrl: scoped.schemaUrl,
          }),
        ),
        schemaUrl,
      }),
    ),
  }
}

function metricToJson({ name, description, unit, metadata, data }: Metric): JsonObject {
  const json: JsonObject = { name, description, unit, metadata: attributesToJson(metadata) }
  if (data) {
    json[data.kind] = dropDefaults({
      dataPoints: data.points.map(pointToJson),
      aggregationTemporality: 'temporality' in data ? data.temporality : undefined,
      isMonotonic: data.kind === 'sum' && data.monotonic,
    })
  }
  return dropDefaults(json)
}

type AnyPoint = MetricData['points'][number]

function pointToJson(point: AnyPoint): JsonObject {
  const json: JsonObject = {}
  for (const [key, value] of Object.entries(point)) {
    if (key === 'attributes') json[key] = attributesToJson(point.attributes)
    else if (key === 'exemplars') json[key] = 'exemplars' in point ? point.exemplars.map(exemplarToJson) : undefined
    else if (key === 'value') Object.assign(json, 'value' in point ? numberToJson(point.value) : {})
    else json[key] = plain(value)
  }
  return json
}

/** The value is a member of a oneof: one of 0 is written, as nothing would mean that none was set. */
function exemplarToJson(exemplar: Exemplar): JsonObject {
  return {
    ...dropDefaults({
      filteredAttributes: attributesToJson(exemplar.filteredAttributes),
      timeUnixNano: exemplar.timeUnixNano.toString(),
      spanId: exemplar.spanId,
      traceId: exemplar.traceId,
    }),
    ...numberToJson(exemplar.value),
  }
}

function numberToJson(value: NumberPoint['value']): JsonObject {
  if (value === undefined) return {}
  return value.kind === 'int' ? { asInt: value.value.toString() } : { asDouble: plain(value.value) }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  return value
}
