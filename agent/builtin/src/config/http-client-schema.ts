import { known, map, object, optional, type OtherKeys, type Value } from './schema.ts'
import { nonEmptyText, text } from './scalars.ts'

export const basicAuthSchema = object(
  { username: optional(text), password: optional(text) },
  { unsupported: known('username_file', 'password_file') },
)

export const authorizationSchema = object(
  { type: optional(text), credentials: optional(text) },
  { unsupported: known('credentials_file') },
)

/** What every HTTP client block of the agent takes (Prometheus' HTTPClientConfig, inlined there). */
export const httpClientFields = {
  basic_auth: optional(basicAuthSchema),
  authorization: optional(authorizationSchema),
  bearer_token: optional(nonEmptyText),
  headers: optional(map(text)),
}

export const httpClientOtherKeys: OtherKeys = {
  unsupported: known(
    'oauth2',
    'bearer_token_file',
    'tls_config',
    'proxy_url',
    'no_proxy',
    'proxy_from_environment',
    'proxy_connect_header',
  ),
  withoutEffect: {
    follow_redirects: 'redirects are never followed',
    enable_http2: 'requests are HTTP/1.1',
  },
}

export interface HttpClientConfig {
  readonly basic_auth?: Value<typeof basicAuthSchema> | undefined
  readonly authorization?: Value<typeof authorizationSchema> | undefined
  readonly bearer_token?: string | undefined
  readonly headers?: ReadonlyMap<string, string> | undefined
}

/**
 * The request headers such a block stands for, lower-cased names. One file serves backends with and without tenants and
 * passwords, whose variables are empty then: an empty header and empty credentials are none.
 */
export function clientHeaders(config: HttpClientConfig): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of config.headers ?? []) if (value !== '') headers[name.toLowerCase()] = value
  const { username = '', password = '' } = config.basic_auth ?? {}
  if (username !== '' || password !== '') {
    headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  } else if (config.authorization !== undefined) {
    headers['authorization'] = `${config.authorization.type ?? 'Bearer'} ${config.authorization.credentials ?? ''}`
  } else if (config.bearer_token !== undefined) {
    headers['authorization'] = `Bearer ${config.bearer_token}`
  }
  return headers
}
