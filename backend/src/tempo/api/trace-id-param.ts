import { ApiError } from '../../http/index.ts'

/** A trace id of a request: up to 32 hex digits, shorter ones padded. @throws ApiError 400 in Tempo's words */
export function parseTraceIdParam(text: string): string {
  const invalid = /[^0-9a-fA-F]/u.exec(text)
  if (invalid !== null) {
    throw new ApiError(
      400,
      `trace IDs can only contain hex characters: invalid character '${invalid[0]}' at position ${invalid.index + 1}`,
    )
  }
  if (text.length > 32) throw new ApiError(400, "trace IDs can't be larger than 128 bits")
  if (/^0*$/.test(text)) throw new ApiError(400, 'trace IDs cannot be all zeros')
  return text.toLowerCase().padStart(32, '0')
}
