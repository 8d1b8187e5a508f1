import { ApiError } from './api-error.ts'

export const defaultTenant = 'anonymous'

const maxLength = 150
const unsupported = /[^A-Za-z0-9!\-_.*'()]/u

/**
 * The tenant of `X-Scope-OrgID`, checked by the rules of Loki, Tempo and Mimir (grafana/dskit tenant.ValidTenantID), in their words.
 * @throws ApiError 400
 */
export function parseTenantId(header: string | readonly string[] | undefined): string {
  const id = typeof header === 'string' ? header : header?.[0]
  if (id === undefined || id === '') return defaultTenant
  const invalid = unsupported.exec(id)
  if (invalid !== null)
    throw new ApiError(400, `tenant ID '${id}' contains unsupported character '${invalid[0]}'`, { kind: 'bad_data' })
  if (id.length > maxLength)
    throw new ApiError(400, `tenant ID is too long: max ${maxLength} characters`, { kind: 'bad_data' })
  if (id === '.' || id === '..') throw new ApiError(400, `tenant ID is '.' or '..'`, { kind: 'bad_data' })
  return id
}
