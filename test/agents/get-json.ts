/** @throws Error for every answer but 200 */
export async function getJson(url: URL, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, { headers: { accept: 'application/json', ...headers } })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${url.href} answered ${response.status}: ${text.slice(0, 300)}`)
  const body: unknown = JSON.parse(text)
  return body
}
