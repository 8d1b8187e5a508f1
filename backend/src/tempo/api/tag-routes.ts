import { ApiError, requestParams } from '../../http/index.ts'
import { legacyTagAttribute, parseTagName } from '../engine/tag-name.ts'
import { enumeratedValues, listTags, listTagValues, type TagScope, type TagValue } from '../engine/list-tags.ts'
import { queryBudget } from './request-budget.ts'
import { searchWindow } from './time-params.ts'
import { spanSources } from '../store/trace-store.ts'
import { tagScopes } from '../engine/tag-names.ts'
import type { Attribute } from '../traceql/attribute.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TempoServices } from './services.ts'

type TagRequest = FastifyRequest<{ Params: { '*': string } }>

/** Tag names and values, v1 (names only) and v2 (scoped, typed, filtered by `q`). */
export function tagRoutes(app: FastifyInstance, { store, limits }: TempoServices): void {
  const names = (request: FastifyRequest, reply: FastifyReply, scope: string, query: string): Promise<TagScope[]> => {
    const window = searchWindow(requestParams(request))
    return listTags(spanSources(store, request.tenant), scope, query, window, queryBudget(reply, limits))
  }
  const values = (
    request: TagRequest,
    reply: FastifyReply,
    attribute: Attribute,
    query: string,
  ): Promise<TagValue[]> => {
    const params = requestParams(request)
    const limit = valueLimit(params)
    const budget = queryBudget(reply, limits)
    return listTagValues(spanSources(store, request.tenant), attribute, query, limit, searchWindow(params), budget)
  }

  app.get('/api/search/tags', async (request, reply) => {
    const scope = scopeParam(requestParams(request))
    const scopes = await names(request, reply, scope, '')
    // Without a scope, v1 leaves the intrinsics out.
    const tags = scopes.filter(({ name }) => name !== 'intrinsic' || scope === 'intrinsic').flatMap((each) => each.tags)
    return { tagNames: [...new Set(tags)].sort(), metrics: {} }
  })

  app.get('/api/v2/search/tags', async (request, reply) => {
    const params = requestParams(request)
    return { scopes: await names(request, reply, scopeParam(params), params.get('q') ?? ''), metrics: {} }
  })

  app.get('/api/search/tag/*', async (request: TagRequest, reply) => {
    const found = await values(request, reply, legacyTagAttribute(tagOf(request)), '')
    return { tagValues: [...new Set(found.map(({ value }) => value))].sort(), metrics: {} }
  })

  app.get('/api/v2/search/tag/*', async (request: TagRequest, reply) => {
    const params = requestParams(request)
    const attribute = parseTagName(tagOf(request))
    const found =
      enumeratedValues(attribute, valueLimit(params), searchWindow(params)) ??
      (await values(request, reply, attribute, params.get('q') ?? ''))
    // As jsonpb writes tempopb.TagValue: an empty text is left out.
    return { tagValues: found.map(({ type, value }) => (value === '' ? { type } : { type, value })), metrics: {} }
  })
}

const valueLimit = (params: URLSearchParams) => Number(params.get('limit') ?? params.get('maxTagValues') ?? 0)

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
