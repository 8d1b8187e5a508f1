import { ApiError } from '../../http/index.ts'
import { intrinsicAttribute, scopedAttribute } from '../traceql/attribute.ts'
import { parse } from '../traceql/parser.ts'
import { TraceqlParseError } from '../traceql/traceql-error.ts'
import type { Attribute } from '../traceql/attribute.ts'

/** What Tempo offers as intrinsics, spelled both ways. */
export const intrinsicNames = (
  'duration event:name event:timeSinceStart instrumentation:name instrumentation:version kind link:spanID link:traceID name rootName ' +
  'rootServiceName span:duration span:id span:kind span:name span:parentID span:status span:statusMessage status statusMessage ' +
  'trace:duration trace:id trace:rootName trace:rootService traceDuration'
).split(' ')

/** A tag of the v2 API is a TraceQL identifier. @throws ApiError 400 */
export function parseTagName(tag: string): Attribute {
  try {
    const query = parse(`{${tag}}`)
    const stage = query.kind === 'spansets' ? query.pipeline.stages[0] : undefined
    if (stage?.kind === 'filter' && stage.expression.kind === 'attribute') return stage.expression.attribute
  } catch (error) {
    if (!(error instanceof TraceqlParseError)) throw error
  }
  throw new ApiError(400, `tag name is not valid: ${tag}`)
}

const legacy: Record<string, Attribute> = {
  name: intrinsicAttribute('name'),
  'status.code': intrinsicAttribute('status'),
  rootName: intrinsicAttribute('rootName'),
  rootServiceName: intrinsicAttribute('rootServiceName'),
  'root.name': intrinsicAttribute('rootName'),
  'root.service.name': intrinsicAttribute('rootServiceName'),
}
for (const name of 'service.name cluster namespace pod container k8s.namespace.name k8s.cluster.name k8s.pod.name k8s.container.name'.split(
  ' ',
)) {
  legacy[name] = scopedAttribute('resource', name)
}
for (const name of ['http.method', 'http.url', 'http.status_code']) legacy[name] = scopedAttribute('span', name)

/** A tag of the v1 API: an attribute of any scope, but for the names Tempo has always known where to look for. */
export function legacyTagAttribute(tag: string): Attribute {
  return legacy[tag] ?? scopedAttribute('none', tag)
}
