import { ApiError, requestParams } from '../../http/index.ts'
import { findTagNames, tagScopes } from '../engine/tag-names.ts'
import { findTagValues } from '../engine/tag-values.ts'
import { formatStatic } from '../traceql/static.ts'
import { intrinsicNames, legacyTagAttribute, parseTagName } from './tag-name.ts'
import { parseLenientFilter } from '../traceql/lenient-filter.ts'
import { queryBudget } from './request-budget.ts'
import { searchWindow } from './time-params.ts'
import { spanSources } from '../store/trace-store.ts'
import type { Attribute } from '../traceql/attribute.ts'
import type { AttributeOwner } from '../fetch/fetch-plan.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SpansetFilter } from '../traceql/ast.ts'
import type { Static } from '../traceql/static.ts'
import type { TempoServices } from './services.ts'

type TagRequest = FastifyRequest<{ Params: { '*': string } }>

/** Tag names and values, v1 (names only) and v2 (scoped, typed, filtered by `q`). */
export function tagRoutes(app: FastifyInstance, services: TempoServices): void {
  const names = async (
    request: FastifyRequest,
    reply: FastifyReply,
    filter: SpansetFilter | undefined,
  ): Promise<{ scope: string; byScope: Map<AttributeOwner, Set<string>> }> => {
    const params = requestParams(request)
    const scope = scopeParam(params)
    const scopes = tagScopes.filter((each) => scope === '' || scope === each)
    const sources = spanSources(services.store, request.tenant)
    const byScope = await findTagNames(
      sources,
      scopes,
      filter,
      searchWindow(params),
      queryBudget(reply, services.limits),
    )
    return { scope, byScope }
  }

  const values = async (
    request: TagRequest,
    reply: FastifyReply,
    attribute: Attribute,
    filter: SpansetFilter | undefined,
  ): Promise<Static[]> => {
    const params = requestParams(request)
    const sources = spanSources(services.store, request.tenant)
    const found = await findTagValues(
      sources,
      attribute,
      filter,
      searchWindow(params),
      queryBudget(reply, services.limits),
    )
    return limited(found, params)
  }

  app.get('/api/search/tags', async (request, reply) => {
    const { scope, byScope } = await names(request, reply, undefined)
    const tagNames =
      scope === 'intrinsic' ? intrinsicNames : new Set([...byScope.values()].flatMap((each) => [...each]))
    return { tagNames: [...tagNames].sort(), metrics: {} }
  })

  app.get('/api/v2/search/tags', async (request, reply) => {
    const { scope, byScope } = await names(request, reply, parseLenientFilter(requestParams(request).get('q') ?? ''))
    const scopes = [...byScope].map(([name, tags]) => ({ name: name as string, tags: [...tags].sort() }))
    if (scope === '' || scope === 'intrinsic') scopes.push({ name: 'intrinsic', tags: [...intrinsicNames] })
    return { scopes: scopes.filter(({ tags }) => tags.length > 0), metrics: {} }
  })

  app.get('/api/search/tag/*', async (request: TagRequest, reply) => {
    const found = await values(request, reply, legacyTagAttribute(tagOf(request)), undefined)
    return { tagValues: [...new Set(found.map((value) => formatStatic(value, false)))].sort(), metrics: {} }
  })

  app.get('/api/v2/search/tag/*', async (request: TagRequest, reply) => {
    const filter = parseLenientFilter(requestParams(request).get('q') ?? '')
    const found = await values(request, reply, parseTagName(tagOf(request)), filter)
    return {
      tagValues: found.map(typedValue).sort((a, b) => ((a.value ?? '') < (b.value ?? '') ? -1 : 1)),
      metrics: {},
    }
  })
}

/** A tag may hold slashes, so the route ends in a wildcard. */
function tagOf(request: TagRequest): string {
  const path = request.params['*']
  if (!path.endsWith('/values')) throw new ApiError(404, '404 page not found')
  return path.slice(0, -'/values'.length)
}

const knownScopes = new Set(['', 'none', 'intrinsic', ...tagScopes])

function scopeParam(params: URLSearchParams): string {
  const scope = params.get('scope') ?? ''
  if (!knownScopes.has(scope)) throw new ApiError(400, `invalid scope: ${scope}`)
  return scope === 'none' ? '' : scope
}

function limited(values: Static[], params: URLSearchParams): Static[] {
  const limit = Number(params.get('limit') ?? params.get('maxTagValues') ?? 0)
  return limit > 0 ? values.slice(0, limit) : values
}

const typeNames: Partial<Record<Static['type'], string>> = { boolean: 'bool', status: 'keyword', kind: 'keyword' }

/** As jsonpb writes tempopb.TagValue: an empty text is left out. */
function typedValue(value: Static): { type: string; value?: string } {
  const type = typeNames[value.type] ?? value.type
  const text = formatStatic(value, false)
  return text === '' ? { type } : { type, value: text }
}
