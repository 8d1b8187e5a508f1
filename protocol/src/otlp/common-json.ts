/** OTLP/JSON of the parts that the three signals share (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
import {
  base64Of,
  boolField,
  doubleOf,
  int64Of,
  list,
  objectOf,
  optional,
  prefixPath,
  stringField,
  uint32Field,
  type JsonObject,
} from '../json-fields.ts'
import { ProtocolError } from '../protocol-error.ts'
import { MAX_DEPTH, type AnyValue, type InstrumentationScope, type KeyValue, type Resource } from './common.ts'

export function anyValueFromJson(json: unknown, depth = 0): AnyValue {
  if (depth > MAX_DEPTH) throw new ProtocolError(`: expected values nested at most ${MAX_DEPTH} deep`)
  if (json === undefined || json === null) return { kind: 'empty' }
  const object = objectOf(json)
  if (typeof object['stringValue'] === 'string') return { kind: 'string', value: object['stringValue'] }
  for (const key in object) {
    const value = object[key]
    if (value === undefined || value === null) continue
    switch (key) {
      case 'stringValue':
        return { kind: 'string', value: stringField(object, key) }
      case 'boolValue':
        return { kind: 'bool', value: boolField(object, key) }
      case 'intValue':
        return { kind: 'int', value: BigInt.asIntN(64, int64Of(value, key)) }
      case 'doubleValue':
        return { kind: 'double', value: doubleOf(value, key) }
      case 'bytesValue':
        return { kind: 'bytes', value: base64Of(value, key) }
      case 'arrayValue':
        return {
          kind: 'array',
          values:
            optional(object, key, (array) => list(array, 'values', (value) => anyValueFromJson(value, depth + 1))) ??
            [],
        }
      case 'kvlistValue':
        return {
          kind: 'kvlist',
          values:
            optional(object, key, (kvlist) => list(kvlist, 'values', (value) => keyValueFromJson(value, depth + 1))) ??
            [],
        }
    }
  }
  return { kind: 'empty' }
}

export function keyValueFromJson(json: unknown, depth = 0): KeyValue {
  const object = objectOf(json)
  const key = stringField(object, 'key')
  try {
    return { key, value: anyValueFromJson(object['value'], depth) }
  } catch (error) {
    return prefixPath(error, 'value')
  }
}

export function attributesFromJson(object: JsonObject): KeyValue[] {
  return list(object, 'attributes', (attribute) => keyValueFromJson(attribute))
}

export function resourceFromJson(parent: JsonObject): Resource {
  return (
    optional(parent, 'resource', (resource) => ({
      attributes: attributesFromJson(resource),
      droppedAttributesCount: uint32Field(resource, 'droppedAttributesCount'),
    })) ?? { attributes: [], droppedAttributesCount: 0 }
  )
}

export function scopeFromJson(parent: JsonObject): InstrumentationScope {
  return (
    optional(parent, 'scope', (scope) => ({
      name: stringField(scope, 'name'),
      version: stringField(scope, 'version'),
      attributes: attributesFromJson(scope),
      droppedAttributesCount: uint32Field(scope, 'droppedAttributesCount'),
    })) ?? { name: '', version: '', attributes: [], droppedAttributesCount: 0 }
  )
}

export function anyValueToJson(value: AnyValue): JsonObject {
  switch (value.kind) {
    case 'string':
      return { stringValue: value.value }
    case 'bool':
      return { boolValue: value.value }
    case 'int':
      return { intValue: value.value.toString() }
    case 'double':
      return { doubleValue: Number.isFinite(value.value) ? value.value : String(value.value) }
    case 'bytes':
      return { bytesValue: Buffer.from(value.value).toString('base64') }
    case 'array':
      return { arrayValue: { values: value.values.map(anyValueToJson) } }
    case 'kvlist':
      return { kvlistValue: { values: attributesToJson(value.values) } }
    case 'empty':
      return {}
  }
}

export function attributesToJson(attributes: readonly KeyValue[]): JsonObject[] {
  return attributes.map(({ key, value }) => ({ key, value: anyValueToJson(value) }))
}

export function resourceToJson(resource: Resource): JsonObject {
  return dropDefaults({
    attributes: attributesToJson(resource.attributes),
    droppedAttributesCount: resource.droppedAttributesCount,
  })
}

export function scopeToJson(scope: InstrumentationScope): JsonObject {
  return dropDefaults({
    name: scope.name,
    version: scope.version,
    attributes: attributesToJson(scope.attributes),
    droppedAttributesCount: scope.droppedAttributesCount,
  })
}

/** Proto3 JSON leaves fields out that have their default value. */
export function dropDefaults(object: JsonObject): JsonObject {
  for (const key in object) {
    const value = object[key]
    if (
      value === undefined ||
      value === '' ||
      value === 0 ||
      value === false ||
      (Array.isArray(value) && value.length === 0)
    ) {
      delete object[key]
    }
  }
  return object
}
