import { field } from '../../scripts/lab/json.ts'

/** @throws Error for every answer but 200 */
export async function getJson(url: URL, headers: Record<string, string> = {}): Promise<unknown> {
  const init = { headers: { accept: 'application/json', ...headers } }
  const response = await fetch(url, init).catch((error: unknown) => {
    if (isClosedConnection(error)) return fetch(url, init)
    throw error
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${url.href} answered ${response.status}: ${text.slice(0, 300)}`)
  const body: unknown = JSON.parse(text)
  return body
}

/** An idle connection that the server closed while this request was on its way: on a busy machine the second between the two time limits is too short. */
function isClosedConnection(error: unknown): boolean {
  const code = error instanceof Error ? field(error.cause, 'code') : undefined
  return code === 'ECONNRESET' || code === 'UND_ERR_SOCKET'
}
