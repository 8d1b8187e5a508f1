import { ApiError } from './api-error.ts'
import { Json } from './json.ts'

/** Which store a request asks, as whom. */
export interface RequestContext {
  tenant: string | undefined
  signal?: AbortSignal | undefined
}

export type QueryParameters = Record<string, string | number | bigint | readonly string[] | undefined>

interface RequestOptions extends RequestContext {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  parameters?: QueryParameters
  headers?: Record<string, string>
  body?: unknown
}

export function toSearch(parameters: QueryParameters): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === '') continue
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, String(item))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

export async function request(path: string, options: RequestOptions): Promise<Response> {
  const { tenant, signal, method = 'GET', parameters = {}, headers = {}, body } = options
  try {
    return await fetch(`${path}${toSearch(parameters)}`, {
      method,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('The console’s server does not answer. Is the lab running? (npm run status)', 0, {
      cause: error,
    })
  }
}

/** The answer's JSON; a refusal becomes an `ApiError` with the API's own text. */
export async function requestJson(path: string, options: RequestOptions): Promise<Json> {
  const response = await request(path, options)
  const text = await response.text()
  if (!response.ok) throw new ApiError(refusalText(text, response), response.status)
  try {
    return new Json(JSON.parse(text))
  } catch (error) {
    throw new ApiError(
      `${path} answered ${response.status} with what is not JSON: ${text.slice(0, 80)}`,
      response.status,
      { cause: error },
    )
  }
}

/** Prometheus wraps its reason in `error`, problem documents in `detail`, Loki and Tempo send plain text. */
export function refusalText(text: string, response: Response): string {
  try {
    const body = new Json(JSON.parse(text))
    const reason = body.first('error', 'detail', 'message', 'title').text()
    if (reason !== '') return reason
  } catch {
    // Plain text: the whole body is the reason.
  }
  return text.trim() || `HTTP ${response.status} ${response.statusText}`
}
